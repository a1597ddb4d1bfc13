package io.godwit.ops.incident;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What each text of each event says. A test finds the text that is not listed. */
final class TextKinds {
    private static final Map<String, Said> BY_FIELD = new HashMap<>();

    static {
        list(
                Said.KEPT,
                List.of(
                        "ActOnVm commandId partitionId",
                        "CommandAborted commandId",
                        "CommandAccepted commandId",
                        "CommandFailed commandId reason",
                        "CommandProgressed commandId",
                        "CommandRefused commandId reason",
                        "CommandSucceeded commandId",
                        "CoolingDown rule",
                        "DetectionBegan metric unit rule",
                        "DetectionEnded rule",
                        "FenceHost commandId partitionId",
                        "HostDescribed cpuModel",
                        "HostFenced commandId",
                        "HostLease holder",
                        "HostsGranted partitionId",
                        "InputRun topic",
                        "InputsTaken outputsDigest code settings",
                        "MemberAsked partitionId",
                        "MemberGranted partitionId",
                        "MemberLost partitionId",
                        "MemberRefused partitionId heldBy",
                        "MemberReleased partitionId",
                        "MigrateVm commandId partitionId",
                        "ModeChanged mode",
                        "OpenDetection partitionId",
                        "OpenPartition partitionId scope",
                        "LogSealed topic",
                        "OutcomeRelayed commandId partitionId outcome",
                        "PartitionClosed partitionId",
                        "PartitionOpened partitionId scope",
                        "OpenProposal proposalId requestId",
                        "PlanDecided partitionId proposalId mode engine",
                        "PlanRefused partitionId engine",
                        "PlanStep commandId outcome",
                        "Position topic",
                        "DrainAsked requestId",
                        "ProposalAnswered requestId proposalId",
                        "RequestAnswered requestId answer",
                        "RequestWithdrawn requestId",
                        "VmActionAsked requestId",
                        "ResumeVm commandId partitionId moveId",
                        "RuleActivated rule",
                        "RuleDeactivated rule",
                        "RuleDeployed rule",
                        "RuleQuarantined rule",
                        "RuleRetired rule",
                        "SchedulerProgress mode",
                        "SettingsAnnounced service",
                        "SolveAnswered partitionId engine",
                        "SolveAsked partitionId",
                        "YieldAsked partitionId olderPartitionId"));
        list(
                Said.HOST,
                List.of(
                        "ActOnVm hostId fromHostId",
                        "CommandAborted sourceHostId targetHostId",
                        "CommandAccepted sourceHostId targetHostId",
                        "CommandFailed sourceHostId targetHostId seenOn",
                        "CommandRefused sourceHostId targetHostId",
                        "CommandSucceeded sourceHostId targetHostId",
                        "CoolingDown hostId",
                        "CoordinateAnnounced hostId",
                        "DetectionBegan hostId",
                        "DetectionEnded hostId",
                        "DownConfirmed hostId",
                        "DrainAsked hostId",
                        "DrainEnded hostId",
                        "FenceHost hostId",
                        "HostDescribed hostId",
                        "HostFacts hostId",
                        "HostFenced hostId",
                        "HostJoined hostId",
                        "HostLease initiator",
                        "HostLeft hostId",
                        "HostLost hostId",
                        "HostMoves hostId",
                        "HostSampled hostId",
                        "KnownHost hostId",
                        "KnownVm hostId",
                        "Lease hostId",
                        "MemberAsked hostId initiator",
                        "MemberGranted initiator",
                        "MemberRefused hostId",
                        "MigrateVm sourceHostId targetHostId",
                        "OpenPartition initiator",
                        "OutcomeRelayed seenOn",
                        "PartitionClosed initiator",
                        "PartitionOpened initiator",
                        "PlannedMove sourceHostId targetHostId",
                        "ProbeAnswered hostId",
                        "ProposalAnswered hostId",
                        "RequestAnswered hostId",
                        "RequestWithdrawn hostId",
                        "ResumeVm hostId",
                        "SegmentTold hosts",
                        "StatedConstraint hosts",
                        "VmActionAsked hostId targetHostId",
                        "VmChanged hostId",
                        "VmDefined hostId",
                        "VmVisit hostId",
                        "YieldAsked hostId"));
        list(
                Said.VM,
                List.of(
                        "ActOnVm vmId",
                        "CommandAborted vmId",
                        "CommandAccepted vmId",
                        "CommandFailed vmId",
                        "CommandRefused vmId",
                        "CommandSucceeded vmId",
                        "CoolingDown vmId",
                        "DetectionBegan vmId",
                        "DetectionEnded vmId",
                        "KnownHost staleVms",
                        "KnownVm vmId",
                        "MigrateVm vmId",
                        "PlanDecided returns",
                        "PlannedMove vmId",
                        "RejectedMove vmId",
                        "ResumeVm vmId",
                        "StatedConstraint vms",
                        "VmActionAsked vmId",
                        "VmChanged vmId",
                        "VmDefined vmId",
                        "VmFact vmId",
                        "VmHold vmId",
                        "VmRestarts vmId",
                        "VmSample vmId",
                        "VmTrail vmId"));
        list(
                Said.SITE,
                List.of(
                        "FencingDisarmed site",
                        "HostJoined site",
                        "ModeChanged site",
                        "Position site",
                        "SettingsAnnounced site"));
        list(Said.RACK, List.of("HostJoined rack", "KnownHost rack"));
        list(Said.HOST_NAME, List.of("HostJoined name"));
        list(Said.VM_NAME, List.of("KnownVm name", "VmDefined name"));
        list(Said.LABEL, List.of("HostFacts label", "KnownHost label"));
        list(
                Said.SLOT,
                List.of(
                        "CommandAborted executor",
                        "CommandAccepted executor",
                        "CommandFailed executor",
                        "CommandProgressed executor",
                        "CommandRefused executor",
                        "CommandSucceeded executor",
                        "DeadLetter reader",
                        "HostDescribed by",
                        "HostFenced executor",
                        "HostLost monitor",
                        "HostSampled monitor",
                        "MonitorAlive monitor",
                        "ProbeAnswered prober",
                        "RoundTrip prober",
                        "Tick owner",
                        "VmChanged monitor",
                        "VmDefined by"));
        list(Said.PROBER, List.of("RoundTrip fromId toId"));
        list(
                Said.PERSON,
                List.of(
                        "ConstraintsApplied author",
                        "ConstraintsWithdrawn author",
                        "DetectionTerms owner",
                        "DownConfirmed by",
                        "DrainAsked by",
                        "DrainEnded by",
                        "FencingDisarmed by",
                        "HostJoined by",
                        "HostLeft by",
                        "ModeChanged by",
                        "OpenProposal by",
                        "ProposalAnswered by",
                        "RequestWithdrawn by",
                        "RuleDeployed author",
                        "RuleRetired author",
                        "SettingsAnnounced by",
                        "VmActionAsked by"));
        list(Said.ADDRESS, List.of("HostJoined uri probeAddress", "MonitorAlive endpoint"));
        list(
                Said.TITLE,
                List.of(
                        "ActOnVm snapshot",
                        "ConstraintsApplied name",
                        "ConstraintsWithdrawn name",
                        "VmActionAsked snapshot"));
        list(
                Said.ID,
                List.of(
                        "ActOnVm detectionId",
                        "DetectionBegan id",
                        "DetectionEnded id",
                        "FenceHost detectionId",
                        "MemberLost detectionId",
                        "MigrateVm detectionId",
                        "OpenPartition detectionId detections",
                        "OpenSiteProposal detections",
                        "PartitionClosed detectionId",
                        "PartitionOpened detectionId",
                        "ProposalAnswered detectionId",
                        "PlanDecided detectionId detections",
                        "PlanRefused detectionId",
                        "ResumeVm detectionId"));
        list(
                Said.FREE,
                List.of(
                        "CommandAborted detail",
                        "CommandFailed detail",
                        "CommandProgressed detail",
                        "CommandRefused detail",
                        "ConstraintsApplied reason",
                        "ConstraintsWithdrawn reason",
                        "DownConfirmed reason",
                        "DrainAsked reason",
                        "DrainEnded reason",
                        "FencingDisarmed reason",
                        "HostFenced proof",
                        "HostJoined reason",
                        "HostLeft reason",
                        "HostLost reason",
                        "ModeChanged reason",
                        "OutcomeRelayed detail",
                        "Position incarnation",
                        "ProposalAnswered reason",
                        "RequestWithdrawn reason",
                        "RuleDeployed reason",
                        "RuleRetired reason",
                        "VmActionAsked reason",
                        "VmChanged detail"));
        list(
                Said.SENTENCE,
                List.of(
                        "ActOnVm reason",
                        "DeadLetter reason",
                        "DetectionEnded reason",
                        "Evidence says",
                        "FenceHost reason",
                        "HostsGranted reason",
                        "KnownHost downProof",
                        "MemberLost reason",
                        "MemberRefused reason",
                        "MigrateVm reason",
                        "OpenPartition refused",
                        "PartitionClosed reason",
                        "OpenProposal moves",
                        "PlanDecided reason",
                        "PlanRefused faults",
                        "PlannedMove why",
                        "RejectedMove why",
                        "RequestAnswered reason",
                        "ResumeVm reason",
                        "RuleQuarantined reason",
                        "SolveAnswered reason faults",
                        "VmFact staysBecause",
                        "VmHold why"));
        list(Said.RULE, List.of("RuleDeployed text"));
        list(Said.QUOTING, List.of("SchedulerProgress settings", "SettingsAnnounced settings"));
        list(Said.STATE_KEY, List.of("StateEntry key"));
        list(
                Said.DIGEST,
                List.of(
                        "OpenDetection advisedVms",
                        "OpenPartition solvingDigest",
                        "PlanDecided snapshotDigest",
                        "PlanRefused snapshotDigest",
                        "SolveAnswered snapshotDigest",
                        "SolveAsked snapshotDigest"));
        list(Said.DROPPED, List.of("ConstraintsApplied text", "VmDefined definition"));
    }

    private TextKinds() {}

    private static void list(Said said, List<String> fields) {
        for (String line : fields) {
            String[] words = line.split(" ", -1);
            for (int word = 1; word < words.length; word++) {
                BY_FIELD.put(words[0] + "." + words[word], said);
            }
        }
    }

    /** What a text of a record says; empty for one that is not listed. */
    static Optional<Said> of(String record, String field) {
        return Optional.ofNullable(BY_FIELD.get(record + "." + field));
    }
}
