package io.godwit.monitors.watch;

import io.godwit.monitors.MonitorMetrics;
import io.godwit.monitors.MonitorMetrics.Dropped;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One host that is watched. Samples of it never overlap; its events come from any thread. Losing the connection is said
 * once, until the host has answered again.
 */
final class WatchedHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedHost.class);

    private final HostJoined joined;
    private final Watch watch;
    private final HostProbe probe;
    private final AtomicBoolean looking = new AtomicBoolean();
    private final AtomicBoolean lost = new AtomicBoolean();
    private volatile boolean failing;
    private volatile boolean closed;
    private boolean described;
    private int vmsSeen;
    private long nextRoundTripNanos;

    /**
     * What all hosts of a monitor share.
     *
     * @param slot as it stands in events
     * @param roundTrips measures them: the look-up of a name holds a thread up
     * @param hosts all hosts that the monitor watches now
     */
    record Watch(
            String slot,
            Duration samplePeriod,
            Duration roundTripPeriod,
            Observations observations,
            Membership membership,
            Inventories inventories,
            Executor roundTrips,
            java.util.function.Supplier<List<WatchedHost>> hosts) {}

    WatchedHost(HostJoined joined, Watch watch, HostProbe.Opener opener) {
        this.joined = joined;
        this.watch = watch;
        // the first round trips come spread over a period too, or a take-over would measure all hosts at once
        this.nextRoundTripNanos = System.nanoTime()
                + new SampleTimes(watch.roundTripPeriod().toNanos())
                        .nanosUntilNext(joined.getHostId(), System.nanoTime());
        this.probe = opener.open(joined, this::tell);
    }

    String hostId() {
        return joined.getHostId();
    }

    int segment() {
        return joined.getSegment();
    }

    /** Looks at the host and says what it saw; returns at once where a look has not come back yet. */
    void sample() {
        if (!watch.membership().owns(segment(), System.nanoTime())) {
            MonitorMetrics.dropped(Dropped.NOT_OWNER);
            return;
        }
        if (!looking.compareAndSet(false, true)) {
            MonitorMetrics.dropped(Dropped.STALLED);
            return;
        }
        try {
            look();
        } catch (HostUnreachable unreachable) {
            MonitorMetrics.dropped(Dropped.UNREACHABLE);
            loseOnce(unreachable.getMessage());
        } catch (RuntimeException failed) {
            MonitorMetrics.dropped(Dropped.FAILED);
            if (!failing) { // once, not once per period
                failing = true;
                LOG.atWarn().addKeyValue("host", hostId()).setCause(failed).log("a host cannot be sampled");
            }
        } finally {
            looking.set(false);
        }
    }

    private void look() throws HostUnreachable {
        long began = System.nanoTime();
        HostReading reading = probe.read();
        long took = System.nanoTime() - began;
        MonitorMetrics.READ_DURATION.observe(took / 1e9);
        if (lost.getAndSet(false)) {
            described = false; // it may have come back as another machine
        }
        if (took > 2 * watch.samplePeriod().toNanos()) {
            MonitorMetrics.dropped(Dropped.LATE);
        } else if (!closed && watch.membership().owns(segment(), System.nanoTime())) {
            watch.observations().passing(segment(), hostId(), event(reading));
        } else {
            MonitorMetrics.dropped(Dropped.NOT_OWNER);
        }
        int vms = residents(reading);
        if (!described || vms != vmsSeen) {
            describe();
            described = true;
            vmsSeen = vms;
        }
        if (System.nanoTime() - nextRoundTripNanos >= 0) {
            nextRoundTripNanos = System.nanoTime() + watch.roundTripPeriod().toNanos();
            measureRoundTrips();
        }
        failing = false;
    }

    private HostSampled event(HostReading reading) {
        return new HostSampled(
                hostId(),
                segment(),
                reading.measuredAtMicros(),
                Math.toIntExact(watch.samplePeriod().toMillis()),
                watch.slot(),
                reading.cpuCapacityMillicores(),
                reading.cpuDemandMillicores(),
                reading.cpuUsedMillicores(),
                reading.memoryCapacityBytes(),
                reading.memoryUsedBytes(),
                reading.vms(),
                reading.cpuModel(),
                reading.migrationBytesPerSecond());
    }

    /** A number that changes when a VM comes to stay or goes. */
    private static int residents(HostReading reading) {
        int hash = 1;
        for (VmSample vm : reading.vms()) {
            if (vm.getState() != VmState.MIGRATING_IN) {
                hash = 31 * hash + vm.getVmId().hashCode();
            }
        }
        return hash;
    }

    private void describe() throws HostUnreachable {
        var found = probe.describe();
        if (!closed && watch.membership().owns(segment(), System.nanoTime())) {
            watch.inventories()
                    .differences(segment(), hostId(), found, watch.slot())
                    .forEach(event -> watch.observations().lasting(Topic.INVENTORY, segment(), hostId(), event));
        }
    }

    /** Between us and the host; and, where the adapter can tell, between the host and another one. */
    private void measureRoundTrips() throws HostUnreachable {
        OptionalLong told = probe.roundTripMicros(watch.slot());
        if (told.isEmpty()) {
            ProbeAddress.of(joined)
                    .ifPresent(address -> watch.roundTrips()
                            .execute(() -> TcpRoundTrip.measure(address)
                                    .ifPresent(micros -> roundTrip(watch.slot(), micros))));
            return;
        }
        roundTrip(watch.slot(), told.getAsLong());
        List<WatchedHost> hosts = watch.hosts().get();
        WatchedHost other = hosts.get(Math.floorMod(hostId().hashCode() + nextRoundTripNanos / 1000, hosts.size()));
        if (other != this) {
            probe.roundTripMicros(other.hostId()).ifPresent(micros -> roundTrip(other.hostId(), micros));
        }
    }

    private void roundTrip(String fromId, long micros) {
        MonitorMetrics.ROUND_TRIPS.inc();
        watch.observations()
                .passing(segment(), hostId(), new RoundTrip(fromId, hostId(), Math.max(1, micros), watch.slot()));
    }

    private void tell(HostEvent event) {
        if (closed) {
            return;
        }
        switch (event) {
            case HostEvent.VmChangeSeen seen ->
                watch.observations()
                        .lasting(
                                Topic.OBSERVATIONS,
                                segment(),
                                hostId(),
                                new VmChanged(
                                        hostId(),
                                        seen.vmId(),
                                        seen.change(),
                                        seen.detail(),
                                        seen.measuredAtMicros(),
                                        watch.slot()));
            case HostEvent.ConnectionLost gone -> loseOnce(gone.reason());
        }
    }

    private void loseOnce(String reason) {
        if (!closed && lost.compareAndSet(false, true)) {
            watch.observations()
                    .lasting(Topic.OBSERVATIONS, segment(), hostId(), new HostLost(hostId(), reason, watch.slot()));
        }
    }

    @Override
    public void close() {
        closed = true;
        probe.close();
    }
}
