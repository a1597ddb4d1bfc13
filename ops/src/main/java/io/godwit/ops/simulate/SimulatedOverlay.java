package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.overlaysync.OverlayConfig;
import io.godwit.overlaysync.witness.Answer;
import io.godwit.overlaysync.witness.Witness;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import org.apache.avro.specific.SpecificRecord;

/** The second witness of all hosts: says from another machine whether a host that was lost still answers. */
final class SimulatedOverlay {
    private static final String SLOT = "overlay-1";
    private static final long ROUND_MICROS = 200_000;

    private final Agenda agenda;
    private final SimulatedLog log;
    private final DataCentre dataCentre;
    private final Witness witness;
    private final long timeoutMicros;

    SimulatedOverlay(
            Agenda agenda, SimulatedLog log, DataCentre dataCentre, SegmentsOfHosts segments, OverlayConfig config) {
        this.agenda = agenda;
        this.log = log;
        this.dataCentre = dataCentre;
        this.timeoutMicros = Simulation.micros(config.probeTimeout());
        this.witness = new Witness(
                config.probePeriod().toMillis(),
                config.silentProbePeriod().toMillis(),
                config.roundTripPeriod().toMillis());
        witness.watch(segments.joined(), nowMillis());
        for (int segment = 0; segment < segments.count(); segment++) {
            log.subscribe(Topic.OBSERVATIONS, segment, this::observe);
        }
    }

    void start() {
        agenda.every(ROUND_MICROS, agenda.nowMicros() + ROUND_MICROS, this::round);
    }

    private void observe(LogRecord record, SpecificRecord event) {
        if (event instanceof HostLost lost) {
            witness.lost(lost.getHostId(), nowMillis());
        }
    }

    private void round() {
        for (HostJoined host : witness.due(nowMillis())) {
            try {
                dataCentre.model().checkReachable(host.getHostId());
                answered(host, new Answer.Answered(1000), 1000);
            } catch (HostUnreachable silent) {
                agenda.in(timeoutMicros, () -> answered(host, new Answer.Silent(silent.getMessage()), -1));
            }
        }
    }

    private void answered(HostJoined host, Answer answer, long roundTripMicros) {
        Witness.Written written = witness.answered(host.getHostId(), answer, nowMillis());
        written.answered()
                .ifPresent(says -> log.append(
                        Topic.OBSERVATIONS,
                        host.getSegment(),
                        host.getHostId(),
                        new ProbeAnswered(host.getHostId(), SLOT, says, roundTripMicros)));
    }

    private long nowMillis() {
        return agenda.nowMicros() / 1000;
    }
}
