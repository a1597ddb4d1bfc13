package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.replay.Fork;
import io.godwit.schedulers.replay.Rehearsed;
import io.godwit.schedulers.replay.Unforkable;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.FencingDisarmed;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A fork of the schedulers does what the schedulers then do, and leaves the log as it is. */
class ForkTest {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    private static Region region() {
        return new Region(2)
                .settings("{}")
                .host("h1", 0, 2000, 1000)
                .host("h2", 0, 1000)
                .host("h3", 1, 1000)
                .mode("auto")
                .sampleAll()
                .settle();
    }

    private static VmActionAsked ask(ActionKind action, String vm, String host) {
        return VmActionAsked.newBuilder()
                .setRequestId("q-1")
                .setVmId(vm)
                .setHostId(host)
                .setAction(action)
                .setWithinMillis(60_000)
                .setBy("ann")
                .setReason("a test")
                .build();
    }

    private static DrainAsked drain(String host) {
        return new DrainAsked("q-1", host, "ann", "new memory");
    }

    private static Fork.Word word(Region region, String host, SpecificRecord request, String requestId) {
        return new Fork.Word(Topic.REQUESTS, List.of(region.hosts.get(host).segment), host, request, host, requestId);
    }

    private static Rehearsed rehearse(Region region, String host, SpecificRecord request, String requestId) {
        return Fork.of(region.log, "test-code").rehearse(word(region, host, request, requestId), TEN_MINUTES);
    }

    private static Rehearsed rehearse(Region region, String host, SpecificRecord request) {
        return rehearse(region, host, request, "q-1");
    }

    private static List<String> words(List<Rehearsed.Step> steps) {
        return steps.stream()
                .map(step -> step.move().getVmId() + " " + step.move().getAction() + " "
                        + step.move().getSourceHostId() + " " + step.move().getTargetHostId() + " "
                        + step.move().getEstimatedMillis())
                .toList();
    }

    private static List<String> moved(Region region) {
        return region.events(MigrateVm.class).stream()
                .map(move -> move.getVmId() + " UNKNOWN " + move.getSourceHostId() + " " + move.getTargetHostId() + " "
                        + move.getEstimatedMillis())
                .toList();
    }

    private static void asked(Region region, String host, SpecificRecord request) {
        region.append(Topic.REQUESTS, region.hosts.get(host).segment, host, request);
        region.settle();
    }

    /** Lets the region carry out all that it commands. */
    private static void carryOut(Region region) {
        for (int second = 0; second < 60; second++) {
            region.openCommands().forEach(region::succeed);
            region.openActions().forEach(region::succeed);
            region.settle().pass(1_000).sampleAll().tick().settle();
        }
    }

    private static long records(MemoryLog log) {
        return Arrays.stream(Topic.values())
                .flatMapToLong(
                        topic -> IntStream.range(0, log.segments()).mapToLong(segment -> log.end(topic, segment)))
                .sum();
    }

    @Test
    void a_move_is_rehearsed_as_it_is_then_commanded_and_nothing_is_written() {
        Region region = region();
        long before = records(region.log);
        Rehearsed rehearsed = rehearse(region, "h1", ask(ActionKind.MIGRATE, "h1-0", "h1"));

        assertEquals(before, records(region.log));
        assertEquals("done", rehearsed.answer().orElseThrow().answer());
        assertEquals(
                Duration.ofMillis(rehearsed.steps().getFirst().move().getEstimatedMillis()),
                rehearsed.answer().orElseThrow().after(),
                "in virtual time it takes as long as the planner thinks");

        asked(region, "h1", ask(ActionKind.MIGRATE, "h1-0", "h1"));
        assertEquals(moved(region), words(rehearsed.steps()));
        assertEquals(1, rehearsed.steps().size());
    }

    @Test
    void a_move_to_a_host_of_another_segment_goes_through_the_messages_of_both_schedulers() {
        Region region = region();
        VmActionAsked asked = VmActionAsked.newBuilder(ask(ActionKind.MIGRATE, "h1-0", "h1"))
                .setTargetHostId("h3")
                .setTargetSegment(1)
                .build();
        Rehearsed rehearsed = rehearse(region, "h1", asked);

        asked(region, "h1", asked);
        assertEquals(
                List.of("h3"),
                region.events(MigrateVm.class).stream()
                        .map(MigrateVm::getTargetHostId)
                        .toList());
        assertEquals(moved(region), words(rehearsed.steps()));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_drain_is_rehearsed_as_it_is_then_carried_out_wherever_the_journals_stand(long seed) {
        Random random = new Random(seed);
        Region region = new Region(3).settings("{}").mode("auto");
        List<String> hosts = new ArrayList<>();
        for (int host = 0; host < 6; host++) {
            long[] vms = random.longs(1 + random.nextInt(3), 200, 2_000).toArray();
            region.host("h" + host, random.nextInt(3), vms);
            hosts.add("h" + host);
        }
        region.sampleAll().settle();
        int seconds = random.nextInt(1_300); // in some of them with a snapshot or two
        for (int second = 0; second < seconds; second++) {
            region.pass(1_000).sampleAll().tick().settle();
        }
        region.pass(500).sampleAll().settleSome(random, random.nextInt(12)); // the journals tell of a part of it
        String drained = hosts.get(random.nextInt(hosts.size()));
        long before = records(region.log);
        Rehearsed rehearsed = rehearse(region, drained, drain(drained));
        assertEquals(before, records(region.log));

        region.settle();
        asked(region, drained, drain(drained));
        carryOut(region);
        assertEquals("done", region.last(RequestAnswered.class).getAnswer());
        assertEquals("done", rehearsed.answer().orElseThrow().answer());
        assertEquals(moved(region), words(rehearsed.steps()));
        assertEquals(
                List.of(), rehearsed.left().stream().map(vm -> vm.getVmId()).toList());
    }

    static List<Long> seeds() {
        return List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void what_is_refused_is_refused_by_the_fork_with_the_same_words() {
        Region region = region().mode("off").settle();
        Rehearsed rehearsed = rehearse(region, "h1", ask(ActionKind.STOP, "h1-0", "h1"));

        asked(region, "h1", ask(ActionKind.STOP, "h1-0", "h1"));
        assertEquals("refused", rehearsed.answer().orElseThrow().answer());
        assertEquals(
                region.last(RequestAnswered.class).getReason(),
                rehearsed.answer().orElseThrow().reason());
        assertEquals(List.of(), rehearsed.steps());
        assertEquals(Duration.ZERO, rehearsed.lasted());
    }

    @Test
    void a_drain_without_room_tells_why_it_would_wait_and_who_stays() {
        Region region = new Region(1)
                .settings("{}")
                .host("h1", 0, 3000, 500)
                .host("h2", 0, 7000)
                .mode("auto")
                .sampleAll()
                .settle();
        Rehearsed rehearsed = rehearse(region, "h1", drain("h1"));

        assertTrue(rehearsed.answer().isEmpty(), rehearsed::toString);
        assertEquals(
                List.of("h1-0"),
                rehearsed.left().stream().map(vm -> vm.getVmId()).toList(),
                "the small one has room elsewhere");
        assertTrue(rehearsed.waits().isPresent(), rehearsed::toString);
        assertTrue(rehearsed.lasted().compareTo(Duration.ofMinutes(2)) < 0, "it does not wait for ever");
    }

    @Test
    void what_is_under_way_at_the_logs_end_ends_in_the_fork_too() {
        Region region = region();
        asked(region, "h1", ask(ActionKind.MIGRATE, "h1-0", "h1"));
        Rehearsed withdrawn = rehearse(region, "h1", new RequestWithdrawn("q-1", "h1", "ann", "no more"), "q-1");

        assertEquals(moved(region), words(withdrawn.underWay()));
        assertEquals(List.of(), withdrawn.steps());
        assertEquals("done", withdrawn.answer().orElseThrow().answer(), "what runs goes on to its end");
    }

    @Test
    void the_end_of_a_drain_shows_what_it_calls_off() {
        Region region = new Region(1)
                .settings("{}")
                .host("h1", 0, 3000, 500, 500, 500)
                .host("h2", 0, 500)
                .mode("auto")
                .sampleAll()
                .settle();
        asked(region, "h1", drain("h1"));
        Rehearsed ended = rehearse(region, "h1", new DrainEnded("h1", "ann", "no more"), "");

        assertEquals(List.of(), ended.steps());
        assertTrue(!ended.omitted().isEmpty(), ended::toString);
        assertEquals(region.openCommands().size(), ended.underWay().size());
    }

    @Test
    void a_word_about_a_crashed_host_shows_the_starts_that_follow_and_disarming_that_none_do() {
        Region region = new Region(1)
                .settings("{\"restarting\":{\"after\":\"hosts\"}}")
                .host("h1", 0, 1000)
                .host("h2", 0, 1000)
                .mode("auto");
        region.append(Topic.INVENTORY, 0, "h1", new VmDefined("h1", "h1-0", "vm", 1, 1L << 30, -1L, "", "test"));
        region.sampleAll().settle();
        region.began("h1", DetectionKind.HOST_CRASH, region.sampleOf("h1"));
        region.settle();
        FenceHost fence = region.last(FenceHost.class);
        region.append(
                Topic.OUTCOMES,
                0,
                "h1",
                new CommandFailed(
                        fence.getCommandId(), region.at("h1"), "e", "", "h1", "h1", "no-fencer", "none is set", ""));
        region.pass(1_000).sample("h2").tick().settle();
        Fork fork = Fork.of(region.log, "test-code");
        List<String> fenced = List.of(" FENCE h1 h1 2000", "h1-0 START h1 h2 2000");

        Rehearsed vouched =
                fork.rehearse(word(region, "h1", new DownConfirmed("h1", "ann", "I looked"), ""), TEN_MINUTES);
        assertEquals(List.of("h1-0 START h1 h2 2000"), words(vouched.steps()));
        assertEquals(fenced, words(vouched.omitted()), "without it the fence is tried again");
        FencingDisarmed disarming = new FencingDisarmed(Region.SITE, 600_000L, "ann", "cables");
        Rehearsed disarmed =
                fork.rehearse(new Fork.Word(Topic.CONTROLS, List.of(), "fencing", disarming, "", ""), TEN_MINUTES);
        assertEquals(List.of(), disarmed.steps());
        assertEquals(List.of(), disarmed.anyway());
        assertEquals(fenced, words(disarmed.omitted()));
    }

    @Test
    void a_log_that_other_code_decided_otherwise_is_not_forked() {
        Region region = region();
        asked(region, "h1", ask(ActionKind.MIGRATE, "h1-0", "h1"));
        MemoryLog other = new MemoryLog(Region.SITE, 2);
        for (LogRecord record : region.appended) {
            byte[] value = EventCodec.decode(record.value()) instanceof InputsTaken taken
                    ? EventCodec.encode(
                            InputsTaken.newBuilder(taken).setOutputsDigest("0").build())
                    : record.value();
            other.append(
                    record.topic(),
                    record.segment(),
                    Instant.ofEpochMilli(record.timestampMillis()),
                    new String(record.key(), StandardCharsets.UTF_8),
                    value);
        }
        Unforkable why = assertThrows(Unforkable.class, () -> Fork.of(other, "test-code"));
        assertTrue(why.getMessage().contains("the scheduler of segment 0 decided otherwise at"), why::getMessage);
        assertThrows(Unforkable.class, () -> Fork.of(new MemoryLog(Region.SITE, 2), "test-code"), "it holds nothing");
    }
}
