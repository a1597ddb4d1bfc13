package io.godwit.monitors.hosts.libvirt;

import io.godwit.monitors.hosts.HostUnreachable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one host: by a bulk call while all guests answer. A guest whose QEMU hangs holds that call up for as long as it
 * hangs; then the host is looked at by short calls, which ask no QEMU, on a second connection, until the bulk call is back.
 * Events come over the first connection all the while. For use by one thread at a time.
 */
final class Lookout implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

    /** A bulk call that takes longer is taken for one that hangs, unless they all take long here. */
    private static final Duration PATIENCE_LEAST = Duration.ofSeconds(1);

    private static final int TIMES_USUAL = 3;

    private final String host;
    private final String uri;
    private final LibvirtSettings settings;
    private final HostLink link;
    private volatile long usualNanos;
    private volatile boolean closed;
    private volatile HostLink second;
    private final AtomicBoolean oneByOne = new AtomicBoolean();

    Lookout(String host, String uri, LibvirtSettings settings, HostLink.Watcher watcher) {
        this.host = host;
        this.uri = uri;
        this.settings = settings;
        this.link = new HostLink(host, uri, settings, watcher);
    }

    /** @param ask what is wanted; a look while a guest hangs tells nothing that is slow */
    Look look(DomainReader.Ask ask) throws HostUnreachable {
        try {
            if (!guestHangs()) {
                try {
                    Look look = link.call("sampling", patience(), connection -> look(connection, ask));
                    answers();
                    return look;
                } catch (HostSilent late) {
                    if (!guestHangs()) {
                        throw late;
                    }
                }
            }
            return lookOneByOne();
        } catch (HostSilent silent) {
            throw new HostUnreachable(silent.getMessage(), silent);
        } catch (HypervisorError refused) {
            throw new HostUnreachable("libvirt at " + host + " gives no sample: " + refused.getMessage(), refused);
        }
    }

    /** Makes a call that asks no QEMU, on whichever connection is free. */
    <T> T ask(String what, HostLink.Call<T> call) throws HostUnreachable {
        try {
            return (guestHangs() ? second() : link).call(what, call);
        } catch (HostSilent silent) {
            throw new HostUnreachable(silent.getMessage(), silent);
        } catch (HypervisorError refused) {
            throw new HostUnreachable("libvirt at " + host + ": " + what + ": " + refused.getMessage(), refused);
        }
    }

    /** Makes a call that may ask QEMUs; not to be made while one hangs. */
    <T> T command(String what, HostLink.Call<T> call) throws HostSilent, HypervisorError {
        return link.call(what, patience(), call);
    }

    /** Whether a call does not come back though the connection stands. (Or the whole host does: keepalive will tell.) */
    boolean guestHangs() {
        return link.connected() && link.stuckCalls() > 0;
    }

    @Override
    public void close() {
        closed = true;
        link.close();
        HostLink also = second;
        if (also != null) {
            also.close();
        }
        if (oneByOne.compareAndSet(true, false)) {
            LibvirtMetrics.ONE_BY_ONE.dec();
        }
    }

    private Look look(LibvirtConnection connection, DomainReader.Ask ask) throws LibvirtException, HypervisorError {
        long number = link.connections();
        long asked = System.nanoTime();
        List<DomainStats> found;
        try {
            found = connection.domains(ask);
        } finally { // also of a call that was given up: so the next ones are not, where this is a slow host
            long took = System.nanoTime() - asked;
            usualNanos = Math.min(
                    Math.max(took, usualNanos - usualNanos / 8),
                    settings.callTimeout().toNanos() / TIMES_USUAL);
        }
        String series = (connection.countsInBulk() ? "bulk " : "short ") + number;
        return finished(series, number, asked, ask.slowToo(), connection.countsInBulk(), connection, found);
    }

    private Look lookOneByOne() throws HostSilent, HypervisorError {
        HostLink free = second();
        if (free.stuckCalls() > 0) { // no guest can hold up a short call: all of libvirtd hangs
            throw new HostSilent(host + " does not answer short calls either; see libvirtd there");
        }
        long eventsOf = link.connected() ? link.connections() : Look.NO_EVENTS;
        Look look = free.call("sampling by short calls", connection -> {
            long asked = System.nanoTime();
            List<DomainStats> found = connection.domainsOneByOne();
            return finished("second " + free.connections(), eventsOf, asked, false, false, connection, found);
        });
        if (oneByOne.compareAndSet(false, true)) {
            LibvirtMetrics.ONE_BY_ONE.inc();
            List<String> guests = free.call("asking who hangs", LibvirtConnection::unanswering);
            if (guests.isEmpty()) {
                LOG.atInfo().addKeyValue("host", host).log("a look takes long, so the host is sampled by short calls");
            } else {
                LOG.atWarn()
                        .addKeyValue("host", host)
                        .addKeyValue("guests", guests)
                        .log("guests do not answer their hypervisor: the host is sampled by short calls until they do");
            }
        }
        return look;
    }

    private static Look finished(
            String series,
            long eventsOf,
            long asked,
            boolean slowToo,
            boolean tellsSlow,
            LibvirtConnection connection,
            List<DomainStats> found)
            throws LibvirtException {
        long answered = System.nanoTime();
        Map<String, DomainStats> domains = HashMap.newHashMap(found.size());
        found.forEach(domain -> domains.put(domain.vmId(), domain));
        return new Look(
                series,
                eventsOf,
                asked,
                answered,
                slowToo && tellsSlow,
                tellsSlow,
                connection.node(slowToo),
                connection.busyNanos(),
                connection.memoryUsedBytes(),
                domains);
    }

    private void answers() {
        if (oneByOne.compareAndSet(true, false)) {
            LibvirtMetrics.ONE_BY_ONE.dec();
            LOG.atInfo().addKeyValue("host", host).log("the host is sampled by bulk calls again");
        }
        if (second != null) {
            second.close();
            second = null;
        }
    }

    private HostLink second() throws HostSilent {
        if (second == null) {
            second = new HostLink(host, uri, settings, HostLink.Watcher.NOBODY);
        }
        if (closed) { // perhaps while it was made
            second.close();
            throw new HostSilent("the link to " + host + " is closed");
        }
        return second;
    }

    private Duration patience() {
        Duration usual = Duration.ofNanos(TIMES_USUAL * usualNanos);
        Duration wanted = usual.compareTo(PATIENCE_LEAST) > 0 ? usual : PATIENCE_LEAST;
        return wanted.compareTo(settings.callTimeout()) < 0 ? wanted : settings.callTimeout();
    }
}
