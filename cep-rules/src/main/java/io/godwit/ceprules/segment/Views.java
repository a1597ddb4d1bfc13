package io.godwit.ceprules.segment;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ceprules.observations.HostLoss;
import io.godwit.ceprules.observations.HostSample;
import io.godwit.ceprules.observations.LastSamples;
import io.godwit.ceprules.observations.ObservationView;
import io.godwit.ceprules.observations.Probe;
import io.godwit.ceprules.observations.Sweep;
import io.godwit.ceprules.observations.VmNews;
import io.godwit.ceprules.observations.VmSeen;
import io.godwit.ceprules.observations.WatchedTime;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/** Makes the views of an observation that the rules see, in a fixed order. */
final class Views {
    private static final long FORGET_EVERY_MILLIS = 60_000;

    private final OpenDetections open;
    private final Function<String, HostLabel> labels;
    private final WatchedTime watched = new WatchedTime();
    private final LastSamples samples = new LastSamples();
    private long forgotMillis;

    /** For rules that ask for no host's label. */
    Views(OpenDetections open) {
        this(open, _ -> HostLabel.UNKNOWN);
    }

    Views(OpenDetections open, Function<String, HostLabel> labels) {
        this.open = open;
        this.labels = labels;
    }

    void of(SpecificRecord event, long offset, long atMillis, Consumer<ObservationView> into) {
        switch (event) {
            case HostSampled sampled -> {
                String hostId = sampled.getHostId();
                into.accept(new HostSample(
                        sampled,
                        labels.apply(hostId),
                        offset,
                        atMillis,
                        open.flags(hostId),
                        samples.doubted(hostId, atMillis)));
                samples.sampled(
                        hostId,
                        new LastSamples.Sampled(
                                offset,
                                atMillis,
                                watched.countWith(atMillis),
                                sampled.getSamplePeriodMillis(),
                                sampled.getMonitor()));
                vms(sampled, offset, atMillis, into);
            }
            case VmChanged changed ->
                into.accept(new VmNews(
                        changed.getHostId(),
                        labels.apply(changed.getHostId()),
                        changed.getVmId(),
                        changed.getChange().name(),
                        changed.getDetail(),
                        offset,
                        atMillis,
                        open.crashOf(changed.getVmId())
                                .filter(crash -> crash.getHostId().equals(changed.getHostId()))
                                .isPresent()));
            case HostLost lost ->
                into.accept(new HostLoss(
                        lost.getHostId(),
                        labels.apply(lost.getHostId()),
                        lost.getReason(),
                        lost.getMonitor(),
                        offset,
                        atMillis));
            case ProbeAnswered probe -> {
                samples.probed(probe.getHostId(), probe.getAnswered(), atMillis);
                into.accept(new Probe(
                        probe.getHostId(),
                        labels.apply(probe.getHostId()),
                        probe.getProber(),
                        probe.getAnswered(),
                        offset,
                        atMillis,
                        samples.last(probe.getHostId(), atMillis)));
            }
            case MonitorAlive alive -> watched.heartbeat(alive.getMonitor(), atMillis);
            case Tick _ -> {
                watched.tick(atMillis);
                if (atMillis - forgotMillis > FORGET_EVERY_MILLIS) {
                    forgotMillis = atMillis;
                    samples.forget(atMillis);
                }
                into.accept(new Sweep(offset, atMillis, watched.count(), watched.floor(atMillis)));
            }
            default -> {} // round trips and coordinates concern no rule yet
        }
    }

    private void vms(HostSampled sampled, long offset, long atMillis, Consumer<ObservationView> into) {
        boolean anyCrash = open.anyVmCrash();
        List<VmSample> vms = sampled.getVms();
        for (int i = 0; i < vms.size(); i++) {
            VmSample vm = vms.get(i);
            if (anyCrash || vm.getState() == VmState.MIGRATING_IN) {
                Optional<DetectionBegan> crash = open.crashOf(vm.getVmId());
                if (crash.isPresent() || vm.getState() == VmState.MIGRATING_IN) {
                    into.accept(new VmSeen(
                            sampled.getHostId(),
                            vm.getVmId(),
                            vm.getState().name(),
                            sampled.getSamplePeriodMillis(),
                            offset,
                            atMillis,
                            crash.map(DetectionBegan::getHostId).orElse(""),
                            crash.map(began -> began.getSince().toEpochMilli()).orElse(0L)));
                }
            }
        }
    }
}
