package io.godwit.schedulers.partition;

import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.KnownVm;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.events.VmHold;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.List;

/** Folds inventory and observations into what is known of the hosts of the segment. */
final class Knowledge {
    private static final int EXPIRY_SECONDS = 30;

    private final Turn turn;

    Knowledge(Turn turn) {
        this.turn = turn;
    }

    /** The first one in the log decided the host's segment; one that names another segment was written wrongly. */
    void joined(HostJoined joined, long offset) {
        if (joined.getSegment() != turn.segment) {
            throw new Unusable("host " + joined.getHostId() + " joined segment " + joined.getSegment()
                    + " and was written to segment " + turn.segment + "; add the host again");
        }
        KnownHost before = known(joined.getHostId());
        String label = joined.getSite() + "/" + joined.getRack() + "/" + joined.getName();
        turn.state.hosts.put(
                joined.getHostId(),
                KnownHost.newBuilder(before)
                        .setLabel(label)
                        .setRack(joined.getRack())
                        .setLeft(false)
                        .setJoinedAt(before.getJoinedAt() < 0 ? offset : before.getJoinedAt())
                        .build());
        turn.state.ringChanged();
    }

    void described(HostDescribed described) {
        turn.state.hosts.put(
                described.getHostId(),
                KnownHost.newBuilder(known(described.getHostId()))
                        .setCpuCapacityMillicores(described.getCpuCapacityMillicores())
                        .setMemoryCapacityBytes(described.getMemoryCapacityBytes())
                        .setMigrationBytesPerSecond(described.getMigrationBytesPerSecond())
                        .build());
    }

    void defined(VmDefined defined, long offset) {
        turn.state.vms.copy(
                defined.getVmId(),
                new KnownVm(
                        defined.getVmId(),
                        defined.getHostId(),
                        defined.getName(),
                        defined.getVcpus(),
                        defined.getMemoryBytes(),
                        offset));
    }

    void left(HostLeft left) {
        turn.state.hosts.put(
                left.getHostId(),
                KnownHost.newBuilder(known(left.getHostId())).setLeft(true).build());
        turn.state.ringChanged();
    }

    void located(CoordinateAnnounced announced) {
        turn.state.hosts.put(
                announced.getHostId(),
                KnownHost.newBuilder(known(announced.getHostId()))
                        .setCoordinate(announced)
                        .build());
    }

    private KnownHost known(String hostId) {
        KnownHost host = turn.state.hosts.get(hostId);
        return host != null
                ? host
                : new KnownHost(
                        hostId,
                        "",
                        "",
                        false,
                        0L,
                        0L,
                        0L,
                        null,
                        -1L,
                        TransferFactor.PLAIN,
                        Instant.EPOCH,
                        "",
                        List.of());
    }

    void sampled(LogRecord record, HostSampled sampled) {
        if (sampled.getSegment() != turn.segment) {
            throw new Unusable("sample of host " + sampled.getHostId() + " is meant for segment " + sampled.getSegment()
                    + "; its monitor has an old inventory: restart it");
        }
        if (sampled.getCpuCapacityMillicores() <= 0 || sampled.getMemoryCapacityBytes() <= 0) {
            throw new Unusable("sample of host " + sampled.getHostId() + " tells a capacity of "
                    + sampled.getCpuCapacityMillicores() + " mc and " + sampled.getMemoryCapacityBytes()
                    + " bytes; both must be above 0");
        }
        SchedulerState.Sample before = turn.state.sample(sampled.getHostId());
        Instant time = Instant.ofEpochMilli(record.timestampMillis());
        turn.state.putSample(
                sampled.getHostId(), new SchedulerState.Sample(record.offset(), time, sampled, record.value()));
        if (before != null) {
            new Trails(turn).follow(before.sampled(), sampled).forEach(this::arrived);
        }
    }

    /** How long a move away from a host of this segment took. */
    void moved(CommandSucceeded ended) {
        KnownHost source = turn.state.hosts.get(ended.getSourceHostId());
        if (source != null) {
            turn.state.hosts.put(source.getHostId(), TransferFactor.learn(source, ended, turn.now()));
        }
    }

    /** A VM that has just come stays for a while, so that no two hosts play ping-pong with it. */
    void arrived(String vmId) {
        long millis = turn.state.settings().vmHoldMillis();
        if (millis > 0) {
            turn.state.holds.put(vmId, new VmHold(vmId, HostPartitions.after(turn, millis), "arrived a moment ago"));
        }
    }

    /** Forgets what is over, in some seconds only: who asks looks at the time himself. */
    void expire() {
        if (turn.now().getEpochSecond() % EXPIRY_SECONDS != 0) {
            return;
        }
        new Trails(turn).expire();
        new Budgets(turn).expire();
        for (VmHold hold : turn.state.holds.all()) {
            if (!turn.now().isBefore(hold.getUntil())) {
                turn.state.holds.remove(hold.getVmId());
            }
        }
    }

    /** After a change of mode, what was advised is decided anew. */
    void forgetAdvice() {
        for (OpenDetection open : turn.state.detections.all()) {
            if (!open.getAdvisedVms().isEmpty()) {
                turn.state.detections.put(
                        Detections.key(open.getBegan()),
                        OpenDetection.newBuilder(open)
                                .setAdvisedVms("")
                                .setRetryAfter(turn.now())
                                .build());
            }
        }
    }
}
