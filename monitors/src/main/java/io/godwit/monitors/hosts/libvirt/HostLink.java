package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmChange;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
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
    private static final Duration PAUSE_MOST = Duration.ofSeconds(10);
    private static final Duration KNOCK_MOST = Duration.ofSeconds(2);

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

        /** A change too, for who does not ask for its figures. */
        default void jobEnded(String vmId, JobEnd job) {
            changed(vmId, VmChange.JOB_COMPLETED, job.words());
        }

        void lost(String reason);
    }

    private final String host;
    private final String uri;
    private final LibvirtSettings settings;
    private final Watcher watcher;
    private final NativeCalls calls;

    private LibvirtConnection connection;
    private boolean closed;
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
        return call(what, settings.callTimeout(), call);
    }

    /**
     * The same with a limit of its own. A late call is abandoned, and the connection kept: it still brings events, and its
     * keepalive ends it where the whole host hangs, which brings the call back.
     */
    <T> T call(String what, Duration limit, Call<T> call) throws HostSilent, HypervisorError {
        LibvirtConnection connected = connection();
        try {
            return calls.call(what, limit, () -> connected.use(call));
        } catch (HypervisorError error) {
            if (!alive(connected)) {
                lose(connected, error.getMessage());
                throw new HostSilent("the connection to " + host + " broke: " + error.getMessage(), error);
            }
            throw error;
        }
    }

    /**
     * Makes calls that may last, such as a migration, in the caller's thread, connecting first where that is needed. Nothing
     * ends them but libvirt.
     *
     * @throws LibvirtException if the host answered, and said no, or the connection broke
     */
    public <T> T lasting(Call<T> call) throws HostSilent, LibvirtException, HypervisorError {
        return connection().use(call);
    }

    /** The connection, made first where that is needed; calls go through use, which keeps it from being freed under them. */
    private LibvirtConnection connection() throws HostSilent {
        synchronized (this) {
            if (connection != null) {
                return connection;
            }
            if (failures > 0 && System.nanoTime() - retryAtNanos < 0) {
                throw new HostSilent(host + " is not connected (" + lastFailure + ")");
            }
        }
        Attempt attempt = new Attempt(LibvirtRuntime.start());
        try {
            LibvirtConnection made = calls.call("connecting to " + uri, settings.connectTimeout(), attempt::connect);
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

    /** Whether there is a connection now, whatever hangs on it. */
    synchronized boolean connected() {
        return connection != null;
    }

    /** Calls to this host that do not come back, now. */
    public int stuckCalls() {
        return calls.stuck();
    }

    /** Ends the link; never blocks. */
    @Override
    public void close() {
        LibvirtConnection last;
        synchronized (this) {
            closed = true;
            last = connection;
            connection = null;
        }
        calls.close(() -> {
            if (last != null) {
                last.end();
            }
        });
    }

    private synchronized LibvirtConnection keep(Attempt attempt, LibvirtConnection made) throws HostSilent {
        if (closed) {
            throw new HostSilent("the link to " + host + " is closed");
        }
        if (connection != null) { // another caller connected at the same time
            attempt.giveUp();
            return connection;
        }
        if (attempt.closedMeanwhile()) {
            throw new HostSilent("the connection was closed as soon as it was made");
        }
        connection = made;
        connections++;
        if (connections > 1) {
            LibvirtMetrics.RECONNECTS.inc();
        }
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
        long whole = Math.min(PAUSE_MOST.toNanos(), PAUSE_FIRST.toNanos() << Math.min(failures, 10));
        // some less, each time another, or all monitors of a host that comes back would come at once
        long pause = whole / 2 + ThreadLocalRandom.current().nextLong(whole / 2);
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
        closeApart(dropped);
        return true;
    }

    private boolean alive(LibvirtConnection connected) {
        try {
            return calls.call("asking for life", settings.callTimeout(), connected::isAlive);
        } catch (HypervisorError | HostSilent dead) {
            return false;
        }
    }

    private void closeApart(LibvirtConnection closing) {
        Thread.ofPlatform().daemon().name("libvirt-close-" + host).start(closing::end);
    }

    /** One try to connect. A connection that arrives after its caller gave up is closed again. */
    private final class Attempt implements ConnectionEvents.Listener {
        private final LibvirtRuntime runtime;
        private LibvirtConnection made;
        private boolean givenUp;
        private boolean closed;

        Attempt(LibvirtRuntime runtime) {
            this.runtime = runtime;
        }

        LibvirtConnection connect() throws LibvirtException, HypervisorError, HostSilent {
            Optional<Knock> knock = Knock.of(uri);
            if (knock.isPresent()) {
                Duration half = settings.connectTimeout().dividedBy(2); // it may need as much twice
                knock.get().make(host, half.compareTo(KNOCK_MOST) < 0 ? half : KNOCK_MOST);
            }
            LibvirtConnection connecting = new LibvirtConnection(uri);
            boolean good = false;
            try {
                try {
                    connecting.setKeepAlive(settings.keepaliveSeconds(), settings.keepaliveCount());
                } catch (LibvirtException inProcess) {
                    LOG.atDebug().addKeyValue("host", host).log("this driver has no keepalive: it is not remote");
                }
                connecting.listen(this);
                synchronized (this) {
                    made = connecting;
                    good = !givenUp;
                }
            } finally {
                if (!good) {
                    connecting.end();
                }
            }
            if (!good) {
                throw new HostSilent("connected after the time-out");
            }
            return connecting;
        }

        void giveUp() {
            LibvirtConnection late;
            synchronized (this) {
                givenUp = true;
                late = made;
            }
            if (late != null) {
                closeApart(late);
            }
        }

        synchronized boolean closedMeanwhile() {
            return closed;
        }

        @Override
        public void changed(String vmId, VmChange change, String detail) {
            runtime.enqueue(() -> watcher.changed(vmId, change, detail));
        }

        @Override
        public void jobEnded(String vmId, JobEnd job) {
            runtime.enqueue(() -> watcher.jobEnded(vmId, job));
        }

        @Override
        public void closed(ConnectionCloseReason reason) {
            runtime.enqueue(() -> {
                LibvirtConnection lost;
                synchronized (this) {
                    closed = true;
                    lost = made;
                }
                if (lost != null && reason != ConnectionCloseReason.CLIENT) {
                    lose(lost, "connection closed: " + reason.name());
                }
            });
        }
    }
}
