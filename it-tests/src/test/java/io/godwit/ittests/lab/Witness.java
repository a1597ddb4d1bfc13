package io.godwit.ittests.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.DomainInfo.DomainState;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * How each host of the lab holds one VM, asked for over and over by connections of its own, beside the product and with none
 * of its code. One thread per host; a host that does not answer is SILENT.
 */
final class Witness implements AutoCloseable {
    private static final long PAUSE_MILLIS = 10;

    /** How a host holds the VM. */
    enum State {
        RUNNING,
        PAUSED,
        OFF,
        ABSENT,
        SILENT
    }

    /** One answer: the state was that at some moment between the two. */
    private record Reading(long fromNanos, long toNanos, State state) {}

    private final Lab lab;
    private final String vmId;
    private final Map<Integer, List<Reading>> readings = new TreeMap<>();
    private final Map<Integer, State> last = new TreeMap<>();
    private long copiedBytes;
    private volatile boolean closed;

    Witness(Lab lab, int hosts, String vmId) {
        this.lab = lab;
        this.vmId = vmId;
        for (int host = 1; host <= hosts; host++) {
            int number = host;
            readings.put(host, new ArrayList<>());
            last.put(host, State.SILENT);
            Thread.ofPlatform().daemon().name("witness-" + host).start(() -> watch(number));
        }
    }

    /** Forgets what was read so far. */
    synchronized void begin() {
        readings.values().forEach(List::clear);
        copiedBytes = 0;
    }

    synchronized State at(int host) {
        return last.get(host);
    }

    /** Bytes that any source was seen to have sent since the beginning. */
    synchronized long copiedBytes() {
        return copiedBytes;
    }

    /** Waits until something is seen; false if it was not in time. */
    synchronized boolean await(Duration limit, BooleanSupplier seen) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!seen.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /**
     * Longest time for which two hosts ran the VM at once, since the beginning. A reading of one host counts as beside the
     * other's only if that one ran the VM by its reading before and by its reading after, as a hand-over lies between readings.
     */
    synchronized Duration longestDouble() {
        long longest = 0;
        for (int one : readings.keySet()) {
            for (int other : readings.keySet()) {
                if (one != other) {
                    longest = Math.max(longest, longestDouble(readings.get(one), readings.get(other)));
                }
            }
        }
        return Duration.ofNanos(longest);
    }

    private static long longestDouble(List<Reading> ones, List<Reading> others) {
        long longest = 0;
        long since = -1;
        for (Reading one : ones) {
            boolean twice = one.state == State.RUNNING && ranAround(others, one);
            if (twice && since < 0) {
                since = one.fromNanos;
            } else if (!twice) {
                since = -1;
            }
            if (twice) {
                longest = Math.max(longest, one.toNanos - since);
            }
        }
        return longest;
    }

    private static boolean ranAround(List<Reading> readings, Reading moment) {
        Reading before = null;
        for (Reading reading : readings) {
            if (reading.toNanos <= moment.fromNanos) {
                before = reading;
            } else if (reading.fromNanos >= moment.toNanos) {
                return before != null && before.state == State.RUNNING && reading.state == State.RUNNING;
            }
        }
        return false;
    }

    private synchronized void took(int host, Reading reading, long sentBytes) {
        readings.get(host).add(reading);
        last.put(host, reading.state);
        copiedBytes = Math.max(copiedBytes, sentBytes);
        notifyAll();
    }

    private void watch(int host) {
        Connect connection = null;
        while (!closed) {
            long from = System.nanoTime();
            State state = State.SILENT;
            long sent = 0;
            try {
                if (connection == null) {
                    connection = new Connect(lab.uri(host));
                    from = System.nanoTime();
                }
                Domain domain = connection.domainLookupByUUIDString(vmId);
                state = stateOf(domain.getInfo().state);
                if (state == State.RUNNING && copiedBytes() <= Moment.COPIED_BYTES) {
                    var job = domain.getJobInfo();
                    sent = job.getType() == 0 ? 0 : job.getMemProcessed();
                }
                domain.free();
            } catch (LibvirtException said) {
                boolean absent = said.getError() != null && said.getError().getCode() == ErrorNumber.VIR_ERR_NO_DOMAIN;
                if (absent) {
                    state = State.ABSENT;
                } else if (state == State.SILENT) {
                    close(connection);
                    connection = null;
                }
            }
            took(host, new Reading(from, System.nanoTime(), state), sent);
            try {
                TimeUnit.MILLISECONDS.sleep(state == State.SILENT ? PAUSE_MILLIS * 10 : PAUSE_MILLIS);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
        close(connection);
    }

    private static State stateOf(DomainState state) {
        return switch (state) {
            case VIR_DOMAIN_RUNNING, VIR_DOMAIN_BLOCKED -> State.RUNNING;
            case VIR_DOMAIN_SHUTDOWN, VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_CRASHED -> State.OFF;
            case VIR_DOMAIN_PAUSED, VIR_DOMAIN_PMSUSPENDED, VIR_DOMAIN_NOSTATE -> State.PAUSED;
        };
    }

    private static void close(Connect connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (LibvirtException alreadyGone) {
                // its host died
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
