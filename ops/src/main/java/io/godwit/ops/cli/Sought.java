package io.godwit.ops.cli;

import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.Mentions;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Adds to a state, which knows what is open at most, what a log of any length says of the one thing that somebody names. */
final class Sought {
    /** Clocks of brokers may differ. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    private static final Pattern PARTITION = Pattern.compile("p-(\\d{1,6})-\\d+");

    private final Log log;
    private final RegionState state;
    private final Mentions mentions;

    Sought(Log log, Optional<Instant> at, RegionState state) {
        this.log = log;
        this.state = state;
        this.mentions = new Mentions(log, at, state);
    }

    /** The migration with this command id, or those of the VM with this id or name. */
    void migrations(String asked) {
        Set<String> ids = ids(asked);
        mentions.fold(Topic.COMMANDS, ids);
        Set<String> wanted = new HashSet<>(ids);
        List<Migrations.Migration> found = new ArrayList<>();
        for (Migrations.Migration migration : state.migrations().all()) {
            boolean named = migration
                    .command()
                    .filter(command -> ids.contains(command.getCommandId()) || ids.contains(command.getVmId()))
                    .isPresent();
            if (named || (migration.command().isPresent() && !migration.stage().isFinal())) {
                found.add(migration); // one that was not named stands there as its VM's id begins like one that was
                wanted.addAll(named ? Set.of() : Set.of(migration.id()));
            }
        }
        Set<Integer> segments = found.stream()
                .flatMap(migration -> migration.position().stream())
                .map(Position::getSegment)
                .collect(Collectors.toSet()); // an outcome stands where its command does
        found.stream()
                .flatMap(migration -> migration.commanded().stream())
                .min(Comparator.naturalOrder())
                .ifPresent(first -> mentions.fold(Topic.OUTCOMES, segments, before(first), wanted));
    }

    /** The detection with this id, or those of the host or VM of this id, label or name. */
    void detections(String named) {
        Set<String> ids = ids(named);
        state.host(named).ifPresent(host -> ids.add(host.id()));
        mentions.fold(Topic.DETECTIONS, ids);
    }

    /** Detections of a rule. */
    void rule(String rule) {
        mentions.fold(Topic.DETECTIONS, List.of(rule));
    }

    /** The host partition that a command was decided in, for what stands at this position. */
    void partition(String partitionId, String detectionId, Position detection) {
        Instant from = Topic.ofStage(detection.getTopic())
                .flatMap(topic -> log.at(topic, detection.getSegment(), detection.getOffset()))
                .map(LogRecord::timestampMillis)
                .map(millis -> before(Instant.ofEpochMilli(millis)))
                .orElse(Instant.EPOCH);
        Set<Integer> own = new HashSet<>(Set.of(detection.getSegment()));
        segmentOf(partitionId).ifPresent(own::add);
        mentions.fold(Topic.HOST_PARTITIONS, own, from, Set.of(partitionId));
        Set<String> proposals = state.partitions().byId(partitionId).stream()
                .flatMap(partition -> partition.plans().stream())
                .map(decided -> decided.plan().getProposalId())
                .filter(id -> !id.isEmpty())
                .collect(Collectors.toSet());
        if (!proposals.isEmpty()) { // by an earlier host partition, perhaps
            Set<String> ids = new HashSet<>(proposals);
            ids.add(detectionId);
            proposals.forEach(proposal -> ids.addAll(state.proposals().wordsOn(proposal))); // to find their answers
            mentions.fold(Topic.HOST_PARTITIONS, own, from, ids);
            mentions.fold(Topic.DETECTIONS, own, from, Set.of(detectionId));
        }
    }

    /** Host partitions that were opened for a detection, or answered it beside another. */
    void answers(Detections.Detection detection) {
        Instant from = before(detection.appended());
        Set<String> ids = Set.of(detection.id());
        partitionsNaming(Set.of(detection.position().getSegment()), from, ids);
        if (state.partitions().all().isEmpty()) { // a scheduler of the whole site lives in one segment
            partitionsNaming(all(), from, ids);
        }
    }

    /** Host partitions in which this id stands: its own, a request's, or that of a VM which was weighed. */
    void partitions(String named) {
        partitionsNaming(segmentOf(named).map(Set::of).orElseGet(this::all), Instant.EPOCH, ids(named));
    }

    /** Segment of a host partition, by its id. */
    private Optional<Integer> segmentOf(String id) {
        Matcher matcher = PARTITION.matcher(id);
        return matcher.matches()
                ? Optional.of(Integer.parseInt(matcher.group(1))).filter(segment -> segment < log.segments())
                : Optional.empty();
    }

    private Set<Integer> all() {
        return IntStream.range(0, log.segments()).boxed().collect(Collectors.toSet());
    }

    private void partitionsNaming(Set<Integer> segments, Instant from, Set<String> ids) {
        Set<String> known = state.partitions().partly().stream()
                .map(HostPartitions.Partition::id)
                .collect(Collectors.toSet());
        mentions.fold(Topic.HOST_PARTITIONS, segments, from, ids);
        Set<String> partly = state.partitions().partly().stream()
                .filter(partition -> !known.contains(partition.id()) || names(partition, ids))
                .map(HostPartitions.Partition::id)
                .collect(Collectors.toSet());
        mentions.fold(Topic.HOST_PARTITIONS, segments, from, partly);
    }

    /** Whether what was read of a host partition answers a detection, or is about a VM. */
    private static boolean names(HostPartitions.Partition partition, Set<String> ids) {
        return partition.plans().stream()
                        .map(HostPartitions.Decided::plan)
                        .anyMatch(plan -> ids.contains(plan.getDetectionId())
                                || plan.getDetections().stream().anyMatch(ids::contains)
                                || plan.getMoves().stream().anyMatch(move -> ids.contains(move.getVmId()))
                                || plan.getRejected().stream().anyMatch(move -> ids.contains(move.getVmId())))
                || partition.refused().stream()
                        .map(HostPartitions.Refused::plan)
                        .anyMatch(plan -> ids.contains(plan.getDetectionId())
                                || plan.getMoves().stream().anyMatch(move -> ids.contains(move.getVmId())))
                || partition
                        .closed()
                        .filter(end -> ids.contains(end.getDetectionId()))
                        .isPresent();
    }

    private Set<String> ids(String named) {
        Set<String> ids = new HashSet<>(Set.of(named));
        state.vm(named).ifPresent(vm -> ids.add(vm.id()));
        return ids;
    }

    private static Instant before(Instant time) {
        return time.isBefore(Instant.EPOCH.plus(SKEW)) ? Instant.EPOCH : time.minus(SKEW);
    }
}
