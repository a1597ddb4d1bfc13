package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmChange;
import java.time.Duration;
import java.util.Optional;
import org.libvirt.LibvirtException;
import org.libvirt.event.ConnectionCloseReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one host of libvirt: connects when it is first asked and again when it was lost, with growing pauses, and gives
 * every call a time-out. Safe for use by several threads; the calls are made one after the other.
 */
public final class HostLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostLink.class);
    private static final Duration PAUSE_FIRST = Duration.ofMillis(500);
    private static final Duration PAUSE_MOST = Duration.ofSeconds(30);
    private static final Duration PROBE_MOST = Duration.ofSeconds(2);

    /** One or more native calls on a connection. */
    public interface Call<T> {
        T on(LibvirtConnection connection) throws LibvirtException, HypervisorError;
    }

    /** Takes what the host tells by itself, in the thread of libvirt's events; must not block. */
    public interface Watcher {
        Watcher NOBODY = new Watcher() {
            @Override
            public void changed(String vmId, VmChange change, String detail) {}

            @Override
            public void lost(String reason) {}
        };

        void changed(String vmId, VmChange change, String detail);

        void lost(String reason);
    }

    private final String host;
    private final String uri;
    private final LibvirtSettings settings;
    private final Watcher watcher;
    private final NativeCalls calls;

    private LibvirtConnection connection;
    private long connections;
    private long retryAtNanos;
    private int failures;
    private String lastFailure = "";

    /**
     * Returns at once.
     *
     * @param host as it shall stand in messages, with its site and rack
     */
    public HostLink(String host, String uri, LibvirtSettings settings, Watcher watcher) {
        this.host = host;
        this.uri = uri;
        this.settings = settings;
        this.watcher = watcher;
        this.calls = new NativeCalls(host);
    }

    /**
     * Makes calls on the connection, connecting first where that is needed.
     *
     * @throws HostSilent if the host cannot be connected to or does not answer in time
     * @throws HypervisorError if it answered, and said no
     */
    public <T> T call(String what, Call<T> call) throws HostSilent, HypervisorError {
        LibvirtConnection connected = connection();
        try {
            return calls.call(what, settings.callTimeout(), () -> held(connected, call));
        } catch (HypervisorError error) {
            if (!alive(connected)) {
                lose(connected, error.getMessage());
                throw new HostSilent("the connection to " + host + " broke: " + error.getMessage(), error);
            }
            throw error;
        } catch (HostSilent late) {
            drop(connected, late.getMessage()); // a connection with a stuck call is not to be trusted with others
            throw late;
        }
    }

    /**
     * Makes calls that may last, such as a migration, in the caller's thread, connecting first where that is needed. Nothing
     * ends them but libvirt.
     *
     * @throws LibvirtException if the host answered, and said no, or the connection broke
     */
    public <T> T lasting(Call<T> call) throws HostSilent, LibvirtException, HypervisorError {
        return held(connection(), call);
    }

    private <T> T held(LibvirtConnection connected, Call<T> call) throws HostSilent, LibvirtException, HypervisorError {
        if (!connected.hold()) {
            throw new HostSilent("the connection to " + host + " was lost before the call");
        }
        try {
            return call.on(connected);
        } finally {
            connected.release();
        }
    }

    /** The connection, made first where that is needed; calls on it go through call or lasting, which keep it from being freed. */
    private LibvirtConnection connection() throws HostSilent {
        synchronized (this) {
            if (connection != null) {
                return connection;
            }
            if (failures > 0 && System.nanoTime() - retryAtNanos < 0) {
                throw new HostSilent(host + " is not connected (" + lastFailure + ")");
            }
        }
        LibvirtRuntime runtime = LibvirtRuntime.start();
        Attempt attempt = new Attempt();
        try {
            LibvirtConnection made =
                    calls.call("connecting to " + uri, settings.connectTimeout(), () -> attempt.connect(runtime));
            return keep(attempt, made);
        } catch (HypervisorError | HostSilent failed) {
            attempt.giveUp();
            throw failed(failed.getMessage(), failed);
        }
    }

    /** Running number of the connection; grows when it was lost and made again. */
    public synchronized long connections() {
        return connections;
    }

    /** Calls to this host that do not come back, now. */
    public int stuckCalls() {
        return calls.stuck();
    }

    /** Calls of this process that did not come back in time, to any host, since its start. */
    public static long abandonedCalls() {
        return NativeCalls.abandoned();
    }

    /** Ends the link; never blocks. */
    @Override
    public void close() {
        LibvirtConnection last;
        synchronized (this) {
            last = connection;
            connection = null;
        }
        calls.close(() -> closeQuietly(last));
    }

    private synchronized LibvirtConnection keep(Attempt attempt, LibvirtConnection made) throws HostSilent {
        if (connection != null) { // another caller connected at the same time
            attempt.giveUp();
            return connection;
        }
        if (attempt.closedMeanwhile()) {
            throw failed("the connection was closed as soon as it was made", null);
        }
        connection = made;
        connections++;
        if (failures > 0) {
            LOG.atInfo()
                    .addKeyValue("host", host)
                    .addKeyValue("attempts", failures + 1)
                    .log("host connected again");
        }
        failures = 0;
        return made;
    }

    private synchronized HostSilent failed(String why, Exception cause) {
        long pause = Math.min(PAUSE_MOST.toNanos(), PAUSE_FIRST.toNanos() << Math.min(failures, 10));
        if (failures++ == 0) {
            LOG.atWarn()
                    .addKeyValue("host", host)
                    .addKeyValue("uri", uri)
                    .addKeyValue("why", why)
                    .log("host cannot be connected to");
        }
        retryAtNanos = System.nanoTime() + pause;
        lastFailure = why;
        return new HostSilent(
                "%s cannot be connected to at %s: %s; tried again in %.1f s".formatted(host, uri, why, pause / 1e9),
                cause);
    }

    /** From the event loop or after an error: the connection is gone; told once. */
    private void lose(LibvirtConnection lost, String why) {
        if (drop(lost, why)) {
            watcher.lost(why);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the binding's equals asks libvirt for the URI, which may block
    private synchronized boolean drop(LibvirtConnection dropped, String why) {
        if (connection != dropped) {
            return false;
        }
        connection = null;
        lastFailure = why;
        LOG.atWarn().addKeyValue("host", host).addKeyValue("why", why).log("host connection lost");
        Thread.ofPlatform().daemon().name("libvirt-close-" + host).start(() -> closeQuietly(dropped));
        return true;
    }

    private boolean alive(LibvirtConnection connected) {
        try {
            return calls.call(
                    "asking for life", settings.callTimeout(), () -> held(connected, LibvirtConnection::isAlive));
        } catch (HypervisorError | HostSilent dead) {
            return false;
        }
    }

    private static void closeQuietly(LibvirtConnection closing) {
        if (closing != null) {
            try {
                closing.close();
            } catch (LibvirtException alreadyGone) {
                LOG.atDebug().setCause(alreadyGone).log("a lost connection could not be closed");
            }
        }
    }

    /** One try to connect. A connection that arrives after its caller gave up is closed again. */
    private final class Attempt {
        private LibvirtConnection made;
        private boolean givenUp;
        private boolean closed;

        LibvirtConnection connect(LibvirtRuntime runtime) throws LibvirtException, HostSilent {
            Optional<RemoteAddress> remote = RemoteAddress.of(uri);
            if (remote.isPresent()) {
                remote.get().probe(host, PROBE_MOST);
            }
            LibvirtConnection connecting = new LibvirtConnection(uri);
            connecting.hold();
            try {
                return prepared(runtime, connecting);
            } finally {
                connecting.release();
            }
        }

        private LibvirtConnection prepared(LibvirtRuntime runtime, LibvirtConnection connecting)
                throws LibvirtException, HostSilent {
            synchronized (this) {
                if (givenUp) {
                    closeQuietly(connecting);
                    throw new HostSilent("connected after the time-out");
                }
                made = connecting;
            }
            try {
                connecting.setKeepAlive(settings.keepaliveSeconds(), settings.keepaliveCount());
            } catch (LibvirtException inProcess) {
                LOG.atDebug().addKeyValue("host", host).log("this driver has no keepalive: it is not remote");
            }
            connecting.addLifecycleListener((domain, event) -> {
                String vmId;
                try {
                    vmId = domain.getUUIDString();
                } catch (LibvirtException impossible) { // reads the object, asks nobody
                    return 0;
                }
                VmChange change = DomainStates.changeOf(event);
                String words = DomainStates.wordsOf(event);
                runtime.enqueue(() -> watcher.changed(vmId, change, words));
                return 0;
            });
            try {
                connecting.registerCloseListener((_, reason) -> runtime.enqueue(() -> closed(reason)));
            } catch (LibvirtException inProcess) {
                LOG.atDebug().addKeyValue("host", host).log("this driver never closes a connection");
            }
            return connecting;
        }

        synchronized void giveUp() {
            givenUp = true;
            if (made != null) {
                LibvirtConnection late = made;
                Thread.ofPlatform().daemon().name("libvirt-close-" + host).start(() -> closeQuietly(late));
            }
        }

        synchronized boolean closedMeanwhile() {
            return closed;
        }

        private void closed(ConnectionCloseReason reason) {
            LibvirtConnection lost;
            synchronized (this) {
                closed = true;
                lost = made;
            }
            if (reason != ConnectionCloseReason.CLIENT) {
                lose(lost, "connection closed: " + reason.name());
            }
        }
    }
}
