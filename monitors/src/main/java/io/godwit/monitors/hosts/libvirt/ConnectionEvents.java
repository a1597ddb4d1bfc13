package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Pointer;
import io.godwit.schemas.events.VmChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.libvirt.event.ConnectionCloseReason;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.DomainEventType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a connection tells by itself. libvirt is given three functions that live as long as this process, and with each
 * connection a number; who listens is looked up by the number. So libvirt never calls into something that is gone, and an
 * event that comes after the end of a connection finds nobody. (The binding's own listeners fail there, and keep a
 * connection from being closed: libvirt counts each as a user of it.)
 */
final class ConnectionEvents {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionEvents.class);
    private static final Map<Long, Listener> LISTENERS = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBERS = new AtomicLong();

    private static final Virt.LifecycleCallback LIFECYCLE = (_, domain, event, detail, number) -> {
        tell(number, listener -> {
            DomainEventType[] types = DomainEventType.values();
            DomainEvent told = new DomainEvent(types[Math.clamp(event, 0, types.length - 1)], detail);
            listener.changed(DomainReader.uuidOf(domain), DomainStates.changeOf(told), DomainStates.wordsOf(told));
        });
        return 0;
    };

    private static final Virt.JobCallback JOB_COMPLETED =
            (_, domain, params, count, number) -> tell(number, listener -> {
                Map<String, Long> numbers = new HashMap<>();
                TypedParameters.numbers(params, count, numbers::put);
                listener.jobEnded(DomainReader.uuidOf(domain), JobEnd.of(numbers));
            });

    private static final Virt.CloseCallback CLOSED = (_, reason, number) -> tell(number, listener -> {
        ConnectionCloseReason[] reasons = ConnectionCloseReason.values();
        listener.closed(reasons[Math.clamp(reason, 0, reasons.length - 1)]);
    });

    /** Is called in the thread of libvirt's events, so it must not block. */
    interface Listener {
        void changed(String vmId, VmChange change, String detail);

        void jobEnded(String vmId, JobEnd job);

        void closed(ConnectionCloseReason reason);
    }

    private interface Telling {
        void to(Listener listener) throws HypervisorError;
    }

    private final Pointer connection;
    private final long number = NUMBERS.incrementAndGet();
    private final List<Integer> callbacks = new ArrayList<>();
    private boolean closeTold;

    private ConnectionEvents(Pointer connection) {
        this.connection = connection;
    }

    /** Listens to all domains of a connection, and to its end where the driver tells that. */
    static ConnectionEvents listen(Pointer connection, Listener listener) throws HypervisorError {
        ConnectionEvents events = new ConnectionEvents(connection);
        LISTENERS.put(events.number, listener);
        events.register();
        return events;
    }

    private void register() throws HypervisorError {
        Virt virt = Virt.library();
        Pointer opaque = Pointer.createConstant(number);
        // first, or an end just after the other calls would be told to nobody
        closeTold = virt.virConnectRegisterCloseCallback(connection, CLOSED, opaque, null) == 0;
        int lifecycle =
                virt.virConnectDomainEventRegisterAny(connection, null, Virt.EVENT_LIFECYCLE, LIFECYCLE, opaque, null);
        if (lifecycle < 0) {
            HypervisorError refused = HypervisorError.last("virConnectDomainEventRegisterAny");
            end();
            throw refused;
        }
        callbacks.add(lifecycle);
        int job = virt.virConnectDomainEventRegisterAny(
                connection, null, Virt.EVENT_JOB_COMPLETED, JOB_COMPLETED, opaque, null);
        if (job >= 0) { // libvirt before 3.3 has none
            callbacks.add(job);
        }
    }

    /** Nobody is told anything from here on; to be called before the connection is closed. May block as any call. */
    void end() {
        LISTENERS.remove(number);
        for (int callback : callbacks) {
            Virt.library().virConnectDomainEventDeregisterAny(connection, callback);
        }
        callbacks.clear();
        if (closeTold) {
            Virt.library().virConnectUnregisterCloseCallback(connection, CLOSED);
            closeTold = false;
        }
    }

    private static void tell(Pointer number, Telling telling) {
        Listener listener = LISTENERS.get(Pointer.nativeValue(number));
        if (listener == null) {
            return;
        }
        try {
            telling.to(listener);
        } catch (HypervisorError | RuntimeException failed) { // libvirt's thread must not see it
            LOG.atWarn().setCause(failed).log("an event of libvirt could not be read and is passed over");
        }
    }
}
