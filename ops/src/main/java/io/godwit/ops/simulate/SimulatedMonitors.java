package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.watch.SampleTimes;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** One monitor for all hosts: samples each once a period at a place in the period that its id decides, as live monitors do. */
final class SimulatedMonitors {
    private static final String SLOT = "monitor-1";
    private static final long SECOND_MICROS = 1_000_000;

    private static final class Watched {
        final String hostId;
        final int segment;
        final long phaseMicros;
        boolean lost;

        Watched(String hostId, int segment, long phaseMicros) {
            this.hostId = hostId;
            this.segment = segment;
            this.phaseMicros = phaseMicros;
        }
    }

    private final Agenda agenda;
    private final SimulatedLog log;
    private final DataCentre dataCentre;
    private final LoadMeter meter;
    private final BooleanSupplier losesSample;
    private final long periodMicros;
    private final List<Watched> ring = new ArrayList<>(); // in the order of their places in the period
    private final Map<String, Watched> byId = new HashMap<>();
    private final int[] hostsBySegment;

    SimulatedMonitors(
            Agenda agenda,
            SimulatedLog log,
            DataCentre dataCentre,
            LoadMeter meter,
            Duration samplePeriod,
            SegmentsOfHosts segments,
            BooleanSupplier losesSample) {
        this.agenda = agenda;
        this.log = log;
        this.dataCentre = dataCentre;
        this.meter = meter;
        this.losesSample = losesSample;
        this.periodMicros = samplePeriod.toNanos() / 1000;
        this.hostsBySegment = new int[segments.count()];
        SampleTimes times = new SampleTimes(samplePeriod.toNanos());
        segments.byHost().forEach((hostId, segment) -> {
            Watched host = new Watched(hostId, segment, times.nanosUntilNext(hostId, 0) / 1000);
            ring.add(host);
            byId.put(hostId, host);
            hostsBySegment[segment]++;
        });
        ring.sort(Comparator.comparingLong((Watched host) -> host.phaseMicros).thenComparing(host -> host.hostId));
    }

    /** Describes the hosts, then begins to sample and to say that it is alive. */
    void start() {
        for (Watched host : ring) {
            describe(host);
        }
        long origin = agenda.nowMicros();
        agenda.every(SECOND_MICROS, origin, this::sayAlive);
        sampleFrom(0, origin);
    }

    private void describe(Watched host) {
        try {
            HostDescription found = dataCentre.model().describe(host.hostId);
            log.append(
                    Topic.INVENTORY,
                    host.segment,
                    host.hostId,
                    new HostDescribed(
                            host.hostId,
                            found.cpuCapacityMillicores(),
                            found.memoryCapacityBytes(),
                            found.cpuModel(),
                            found.migrationBytesPerSecond(),
                            SLOT));
        } catch (HostUnreachable down) {
            host.lost = true; // described when it answers again
        }
    }

    private void sampleFrom(int index, long roundMicros) {
        int host = index;
        long round = roundMicros;
        if (host == ring.size()) {
            host = 0;
            round += periodMicros;
        }
        int next = host;
        long nextRound = round;
        agenda.at(nextRound + ring.get(next).phaseMicros, () -> {
            sample(ring.get(next));
            sampleFrom(next + 1, nextRound);
        });
    }

    private void sample(Watched host) {
        try {
            HostReading reading = dataCentre.model().read(host.hostId);
            if (host.lost) {
                host.lost = false;
                meter.answered(host.hostId, agenda.nowMicros());
                describe(host);
            }
            if (losesSample.getAsBoolean()) {
                return;
            }
            log.append(
                    Topic.OBSERVATIONS,
                    host.segment,
                    host.hostId,
                    new HostSampled(
                            host.hostId,
                            host.segment,
                            reading.measuredAtMicros(),
                            Math.toIntExact(periodMicros / 1000),
                            SLOT,
                            reading.cpuCapacityMillicores(),
                            reading.cpuDemandMillicores(),
                            reading.cpuUsedMillicores(),
                            reading.memoryCapacityBytes(),
                            reading.memoryUsedBytes(),
                            reading.vms(),
                            reading.cpuModel(),
                            reading.migrationBytesPerSecond()));
        } catch (HostUnreachable unreachable) {
            lose(host, unreachable.getMessage());
        }
    }

    /** Takes what a host tells by itself. */
    void tell(HostEvent event) {
        Watched host = byId.get(event.hostId());
        switch (event) {
            case HostEvent.VmChangeSeen seen ->
                log.append(
                        Topic.OBSERVATIONS,
                        host.segment,
                        host.hostId,
                        new VmChanged(
                                host.hostId, seen.vmId(), seen.change(), seen.detail(), seen.measuredAtMicros(), SLOT));
            case HostEvent.ConnectionLost gone -> lose(host, gone.reason());
        }
    }

    private void lose(Watched host, String reason) {
        if (!host.lost) {
            host.lost = true;
            log.append(Topic.OBSERVATIONS, host.segment, host.hostId, new HostLost(host.hostId, reason, SLOT));
        }
    }

    private void sayAlive() {
        for (int segment = 0; segment < hostsBySegment.length; segment++) {
            log.append(
                    Topic.OBSERVATIONS,
                    segment,
                    Integer.toString(segment),
                    new MonitorAlive(SLOT, segment, hostsBySegment[segment], ""));
        }
    }
}
