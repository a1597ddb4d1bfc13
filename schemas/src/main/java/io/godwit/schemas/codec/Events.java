package io.godwit.schemas.codec;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandProgressed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.DeadLetter;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.FencingDisarmed;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostMoves;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.HostsGranted;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.KnownSample;
import io.godwit.schemas.events.KnownVm;
import io.godwit.schemas.events.LogSealed;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberLost;
import io.godwit.schemas.events.MemberRefused;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OpenSiteProposal;
import io.godwit.schemas.events.OutcomeRelayed;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.events.SchedulerProgress;
import io.godwit.schemas.events.SegmentTold;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.events.SolveAnswered;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.events.VmHold;
import io.godwit.schemas.events.VmRestarts;
import io.godwit.schemas.events.VmTrail;
import io.godwit.schemas.events.YieldAsked;
import io.godwit.schemas.log.Topic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** Which events stand in which topic. An event that is not listed here can be neither written nor read. */
public final class Events {
    /** Events by topic, in the order of the topics. */
    public static final Map<Topic, List<Class<? extends SpecificRecord>>> BY_TOPIC = byTopic();

    private Events() {}

    private static Map<Topic, List<Class<? extends SpecificRecord>>> byTopic() {
        Map<Topic, List<Class<? extends SpecificRecord>>> events = new LinkedHashMap<>();
        events.put(Topic.INVENTORY, List.of(HostJoined.class, HostDescribed.class, VmDefined.class, HostLeft.class));
        events.put(
                Topic.OBSERVATIONS,
                List.of(
                        HostSampled.class,
                        VmChanged.class,
                        HostLost.class,
                        ProbeAnswered.class,
                        RoundTrip.class,
                        MonitorAlive.class,
                        Tick.class,
                        CoordinateAnnounced.class));
        events.put(Topic.RULES, List.of(RuleDeployed.class, RuleRetired.class));
        events.put(
                Topic.DETECTIONS,
                List.of(
                        DetectionBegan.class,
                        DetectionEnded.class,
                        RuleActivated.class,
                        RuleDeactivated.class,
                        RuleQuarantined.class,
                        DetectionsCheckpointed.class));
        events.put(
                Topic.HOST_PARTITIONS,
                List.of(
                        PartitionOpened.class,
                        MemberAsked.class,
                        MemberGranted.class,
                        MemberRefused.class,
                        HostsGranted.class,
                        YieldAsked.class,
                        MemberLost.class,
                        MemberReleased.class,
                        SolveAsked.class,
                        SolveAnswered.class,
                        PlanDecided.class,
                        PlanRefused.class,
                        OutcomeRelayed.class,
                        PartitionClosed.class,
                        SegmentTold.class,
                        RequestAnswered.class));
        // the last eleven travel as entries of StateSnapshotted, and so do ConstraintsApplied, VmActionAsked and
        // DrainAsked
        events.put(
                Topic.JOURNAL,
                List.of(
                        InputsTaken.class,
                        StateSnapshotted.class,
                        KnownHost.class,
                        KnownSample.class,
                        OpenDetection.class,
                        HostLease.class,
                        OpenPartition.class,
                        OpenSiteProposal.class,
                        VmHold.class,
                        VmTrail.class,
                        HostMoves.class,
                        KnownVm.class,
                        VmRestarts.class,
                        SchedulerProgress.class));
        events.put(
                Topic.REQUESTS,
                List.of(
                        VmActionAsked.class,
                        DrainAsked.class,
                        DrainEnded.class,
                        RequestWithdrawn.class,
                        DownConfirmed.class,
                        ProposalAnswered.class));
        events.put(Topic.COMMANDS, List.of(MigrateVm.class, ResumeVm.class, ActOnVm.class, FenceHost.class));
        events.put(
                Topic.OUTCOMES,
                List.of(
                        CommandAccepted.class,
                        CommandProgressed.class,
                        CommandSucceeded.class,
                        CommandFailed.class,
                        CommandRefused.class,
                        CommandAborted.class,
                        HostFenced.class));
        events.put(Topic.ENVIRONMENTS, List.of());
        events.put(
                Topic.CONTROLS,
                List.of(
                        ModeChanged.class,
                        SettingsAnnounced.class,
                        ConstraintsApplied.class,
                        ConstraintsWithdrawn.class,
                        FencingDisarmed.class));
        events.put(Topic.DEAD_LETTERS, List.of(DeadLetter.class));
        events.put(Topic.SEALS, List.of(LogSealed.class));
        return Map.copyOf(events).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .collect(LinkedHashMap::new, (map, entry) -> map.put(entry.getKey(), entry.getValue()), Map::putAll);
    }

    /** Every event, in the order of the topics. */
    public static List<Class<? extends SpecificRecord>> all() {
        return BY_TOPIC.values().stream()
                .<Class<? extends SpecificRecord>>flatMap(List::stream)
                .toList();
    }

    /** Today's schema of an event. */
    public static Schema schemaOf(Class<? extends SpecificRecord> event) {
        return SpecificData.get().getSchema(event);
    }
}
