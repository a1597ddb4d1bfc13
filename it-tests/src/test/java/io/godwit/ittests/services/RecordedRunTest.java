package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.Godwit;
import io.godwit.ops.cli.ExitCode;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that was simulated and recorded answers as a region that ran. */
final class RecordedRunTest {
    @TempDir
    private static Path folder;

    private static String result;

    private static int counted;

    private final StringWriter told = new StringWriter();

    @BeforeAll
    static void record() {
        RecordedRunTest run = new RecordedRunTest();
        result = run.says("simulate", "--hosts", "12", "--mu", "80", "--duration", "120s", "-o", "json", "--record");
    }

    @Test
    void what_was_moved_is_listed_as_the_result_counts_it() {
        String moves = says("migration", "list", "--log");
        int lines = (int) moves.lines().count() - 1; // the first one is the heading
        assertTrue(lines > 0, moves);
        assertTrue(result.contains("\"commanded\" : " + lines + ","), result);
    }

    @Test
    void judges_find_no_fault_in_it() {
        String judged = says("log", "judge", "--answers", "--within", "60s", "--log");
        assertTrue(judged.startsWith("sound: "), judged);
        assertTrue(
                judged.matches("(?s).*\n[1-9]\\d* plans judged on their way, from the log's beginning on\n"), judged);
    }

    @Test
    void a_move_is_explained_down_to_the_observation() {
        String command =
                says("migration", "list", "--log").lines().skip(1).findFirst().orElseThrow();
        String id = Stream.of(command.split(" +"))
                .filter(word -> word.matches("c-\\d+-\\d+"))
                .findFirst()
                .orElseThrow();
        String why = says("why", id, "--log");
        assertTrue(why.contains(id), why);
        assertTrue(why.contains("because  of this observation: cpu demand"), why);
    }

    @Test
    void a_detection_is_explained_by_its_observation_and_by_what_was_decided_for_it() {
        String id = says("timeline", "--from", "2026-01-01T00:00:00Z", "-o", "json", "--log")
                .lines()
                .filter(line -> line.contains("host partition p-") && line.contains(" for overload "))
                .map(line -> line.replaceAll(".* for overload ([^\" ]+).*", "$1"))
                .findFirst()
                .orElseThrow();
        String why = says("why", "detection", id, "--log");
        assertTrue(why.contains("was in overload: cpu-demand") && why.contains("(" + id + ", "), why);
        assertTrue(why.contains("because  of this observation: cpu demand"), why);
        assertTrue(why.contains("then     host partition p-"), why);
        assertEquals(why, says("why", id, "--log"));
        String graph = says("why", "detection", id, "--graph", "--log");
        assertTrue(graph.startsWith("digraph why {\n") && graph.contains("n1 -> n0 [label=\"led to\"]"), graph);
        String json = says("why", "detection", id, "-o", "json", "--log");
        assertEquals(json, says("why", "detection", id, "--json", "--log"));
        assertTrue(json.contains("\"kind\" : \"observation\"") && json.contains("\"link\" : \"then\""), json);
    }

    @Test
    void a_refusal_is_explained_and_what_was_not_refused_is_said_to_be_none() {
        String timeline = says("timeline", "--from", "2026-01-01T00:00:00Z", "--log");
        String partition = timeline.lines()
                .filter(line -> line.contains(" infeasible: "))
                .map(line -> line.replaceAll(".* decided +(p-\\d+-\\d+) .*", "$1"))
                .findFirst()
                .orElseThrow();
        String why = says("why", "refusal", partition, "--log");
        assertTrue(why.startsWith("host partition " + partition) && why.contains(": infeasible, "), why);
        assertTrue(why.contains("was in overload"), why);
        String moved = timeline.lines()
                .filter(line -> line.contains(" accepted "))
                .map(line -> line.replaceAll(".* (c-\\d+-\\d+) by .*", "$1"))
                .findFirst()
                .orElseThrow();
        assertEquals(
                ExitCode.FAILED,
                run("why", "refusal", moved, "--log", folder.resolve("run").toString()));
        assertTrue(told.toString().contains("nothing with id " + moved + " was refused"), told.toString());
    }

    @Test
    void what_did_not_happen_is_told_with_what_held_it_back() {
        String line = says("timeline", "--from", "2026-01-01T00:00:00Z", "--log")
                .lines()
                .filter(one -> one.contains("  no way  "))
                .findFirst()
                .orElseThrow();
        String host = line.replaceAll(".* no way +(\\S+) .*", "$1");
        String when = line.substring(0, 23).replace(' ', 'T');
        String because = line.replaceAll(".* no way +\\S+ +", "");
        String why = says("why-not", "host", host, "--at", when, "--log");
        assertTrue(why.startsWith(host + " at ") && why.contains(": held back by detection"), why);
        assertTrue(why.contains(" ended infeasible: " + because), why);
        String rule = says("why-not", "rule", "underload", "--at", when, "--host", host, "--log");
        assertTrue(rule.contains("nearest was levels: " + host + ": quiet for "), rule);
        String vm = says("why-not", "vm", "vm-local-7", "--at", when, "-o", "json", "--log");
        assertTrue(vm.contains("\"what\" : \"its host: mode\""), vm);
        assertEquals(
                ExitCode.FAILED,
                run("why-not", "rule", "none", "--log", folder.resolve("run").toString()));
        assertTrue(told.toString().contains("there was no rule none at "), told.toString());
    }

    @Test
    void a_host_partition_is_explained_with_its_moves() {
        String command =
                says("migration", "list", "--log").lines().skip(1).findFirst().orElseThrow();
        String id = Stream.of(command.split(" +"))
                .filter(word -> word.matches("c-\\d+-\\d+"))
                .findFirst()
                .orElseThrow();
        String partition = Stream.of(says("why", id, "--log").split(" +"))
                .filter(word -> word.matches("p-\\d+-\\d+"))
                .findFirst()
                .orElseThrow();
        String why = says("why", partition, "--log");
        assertTrue(why.startsWith("host partition " + partition + " of local/"), why);
        assertTrue(why.contains("move: ") && why.contains("was in overload"), why);
    }

    @Test
    void a_move_for_headroom_is_explained_by_what_its_scheduler_saw() {
        Path run = folder.resolve("headroom");
        saysOf(run, "simulate", "--hosts", "12", "--headroom", "10", "--duration", "120s", "--record");
        String moved = saysOf(run, "migration", "list", "--log")
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
        String id = Stream.of(moved.split(" +"))
                .filter(word -> word.matches("c-\\d+-\\d+"))
                .findFirst()
                .orElseThrow();
        String why = saysOf(run, "why", id, "--log");
        assertTrue(why.contains("gives headroom to") && why.contains("kept less headroom than"), why);
        assertTrue(why.contains("because  of this observation: cpu demand 7"), why);
    }

    @Test
    void hosts_are_shown_as_of_a_moment() {
        String early = says("host", "list", "--at", "2026-01-01T00:00:30Z", "--log");
        assertEquals(13, early.lines().count(), early);
        assertTrue(early.contains("00:00:29.") || early.contains(":29."), early);
    }

    @Test
    void its_timeline_tells_every_migration_from_detection_to_end() {
        String all = says("timeline", "--from", "2026-01-01T00:00:00Z", "--log");
        String list = says("migration", "list", "--log");
        long moves = list.lines().skip(1).count();
        assertEquals(
                moves, all.lines().filter(line -> line.contains("  migrate  ")).count(), all);
        assertEquals(
                list.lines().filter(line -> line.contains("  succeeded  ")).count(),
                all.lines().filter(line -> line.contains("  moved  ")).count(),
                all);
        List<String> times =
                all.lines().skip(1).map(line -> line.substring(0, 23)).toList();
        assertEquals(times.stream().sorted().toList(), times);
        String vm = list.lines()
                .skip(1)
                .flatMap(line -> Stream.of(line.split(" +")))
                .filter(word -> word.startsWith("vm-"))
                .findFirst()
                .orElseThrow();
        String of = says("timeline", "--vm", vm, "--positions", "--from", "2026-01-01T00:00:00Z", "--log");
        assertEquals(of, says("timeline", "--ve", vm, "--positions", "--from", "2026-01-01T00:00:00Z", "--log"));
        assertTrue(
                of.matches("(?s).*\\bdecided .* migrate +" + vm + " .* accepted +" + vm + " .* moved +" + vm + " .*"),
                of);
        assertTrue(of.lines().anyMatch(line -> line.matches(".* migrate .* commands \\d+:\\d+")), of);
        assertTrue(of.lines().count() < all.lines().count(), of);
        assertEquals(
                ExitCode.FAILED,
                run("timeline", "--host", "h99", "--log", folder.resolve("run").toString()));
        assertTrue(told.toString().contains("no host was called h99"), told.toString());
    }

    @Test
    void two_moments_differ_by_what_was_moved_between_them() {
        String end = "2026-01-01T00:03:00Z";
        String nothing = says("diff", "--at", "2026-01-01T00:02:59Z", "--at", end, "--log");
        assertEquals(1, nothing.lines().count(), nothing);
        String diff = says("diff", "--at", "2026-01-01T00:00:20Z", "--at", end, "--log");
        String before = says("vm", "list", "--at", "2026-01-01T00:00:20Z", "--log");
        String after = says("vm", "list", "--log");
        assertEquals(
                places(before, after),
                diff.lines()
                        .filter(line -> line.matches("VM +\\S+ +host .*"))
                        .map(line -> line.replaceAll(" +", " "))
                        .toList());
        assertTrue(!places(before, after).isEmpty(), diff);
        assertEquals(
                ExitCode.USAGE,
                run("diff", "--at", end, "--log", folder.resolve("run").toString()));
        assertTrue(told.toString().contains("--at is given once; give two moments"), told.toString());
    }

    /** VMs that are listed with another host, as the difference tells them. */
    private static List<String> places(String before, String after) {
        Map<String, String> places = hostsOf(before);
        List<String> moved = new ArrayList<>();
        hostsOf(after).forEach((vm, host) -> {
            if (!host.equals(places.get(vm))) {
                moved.add("VM %s host %s %s".formatted(vm, places.get(vm), host));
            }
        });
        return moved;
    }

    private static Map<String, String> hostsOf(String list) {
        return list.lines()
                .skip(1)
                .map(line -> line.split(" +"))
                .collect(Collectors.toMap(words -> words[0], words -> words[1], (one, _) -> one, TreeMap::new));
    }

    @Test
    void it_is_decided_again_to_the_byte() {
        String replayed =
                says("replay", "--verify", "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T00:03:00Z", "--log");
        assertTrue(replayed.startsWith("identical: "), replayed);
        assertTrue(!replayed.startsWith("identical: 0 detections"), replayed);
        assertEquals(replayed, says("replay", "--verify", "--log"), "from the beginning to the end by default");
    }

    @Test
    void a_record_that_says_otherwise_is_told_with_both_inputs_and_both_outputs() {
        String commands = differing(event -> event instanceof MigrateVm command
                ? MigrateVm.newBuilder(command).setEstimatedMillis(7L).build()
                : event);
        assertDiffers("decision", "\"estimatedMillis\": 7", commands);
        String detections = differing(event -> event instanceof DetectionBegan began
                ? DetectionBegan.newBuilder(began).setValue(7L).build()
                : event);
        assertDiffers("detection", "\"value\": 7,", detections);
    }

    @Test
    void a_state_that_says_otherwise_is_told_with_its_entry_and_both_values() {
        String states = differing(event -> event instanceof StateSnapshotted snapshot ? elsewhere(snapshot) : event);
        List<String> lines = states.lines()
                .dropWhile(line -> !line.matches(
                        "segment (\\d+), state at journal \\1:\\d+ \\(2026-.*Z\\) differs in host/\\S+ and"
                                + " \\d+ more entr.*"))
                .toList();
        assertTrue(lines.size() >= 3, states);
        assertTrue(
                lines.get(1).startsWith("  recorded: {") && lines.get(1).contains("\"rack\": \"elsewhere\""), states);
        assertTrue(lines.get(2).startsWith("  replayed: {") && !lines.get(2).contains("elsewhere"), states);
        assertTrue(!states.contains("decision"), states);
    }

    @Test
    void a_checkpoint_that_says_otherwise_is_told_with_its_entry_and_both_values() {
        String checkpoints = differing(event -> event instanceof DetectionsCheckpointed checkpoint
                ? DetectionsCheckpointed.newBuilder(checkpoint)
                        .setActive(checkpoint.getActive().stream()
                                .map(active -> active.getRule().equals("overload")
                                        ? RuleActivated.newBuilder(active)
                                                .setVersion(7)
                                                .build()
                                        : active)
                                .toList())
                        .build()
                : event);
        List<String> lines = checkpoints
                .lines()
                .dropWhile(line ->
                        !line.matches("segment \\d+, checkpoint at observation \\d+, active rule overload differs"))
                .toList();
        assertTrue(lines.size() >= 5, checkpoints);
        assertTrue(lines.get(1).startsWith("  recorded: {") && lines.get(1).contains("\"version\": 7"), checkpoints);
        assertTrue(lines.get(3).startsWith("  replayed: {") && lines.get(3).contains("\"version\": 1"), checkpoints);
    }

    /** All hosts in another rack. */
    private static StateSnapshotted elsewhere(StateSnapshotted snapshot) {
        return StateSnapshotted.newBuilder(snapshot)
                .setEntries(snapshot.getEntries().stream()
                        .map(entry -> EventCodec.decode(entry.getValue().array()) instanceof KnownHost host
                                ? new StateEntry(
                                        entry.getKey(),
                                        ByteBuffer.wrap(EventCodec.encode(KnownHost.newBuilder(host)
                                                .setRack("elsewhere")
                                                .build())))
                                : entry)
                        .toList())
                .build();
    }

    private static void assertDiffers(String what, String recorded, String said) {
        List<String> lines = said.lines()
                .dropWhile(line -> !line.matches("segment \\d+, " + what + " \\d+ differs.*"))
                .toList();
        assertTrue(lines.size() >= 5, said);
        assertTrue(lines.get(1).startsWith("  recorded: {") && lines.get(1).contains(recorded), said);
        assertTrue(lines.get(2).matches("    on [a-z-]+ \\d+:\\d+ \\{.*"), said);
        assertTrue(lines.get(3).startsWith("  replayed: {") && !lines.get(3).contains(recorded), said);
        assertEquals(lines.get(2), lines.get(4), said);
    }

    @Test
    void what_could_not_be_compared_is_told_by_an_exit_code_of_its_own() {
        Path without = changed(
                event -> event instanceof StateSnapshotted snapshot && snapshot.getSegment() == 0 ? null : event);
        String said = printed(ExitCode.NOT_ALL_COMPARED, without, "replay", "--verify", "--log");
        assertTrue(
                said.matches(
                        "identical as far as it was compared, with gaps in 1 of \\d+ segments: \\d+ detections, .*\n"),
                said);
        assertEquals(said, printed(ExitCode.OK, without, "replay", "--log"));
    }

    /** What a replay says of the run with records changed. */
    private String differing(UnaryOperator<SpecificRecord> change) {
        return printed(ExitCode.DIFFERS, changed(change), "replay", "--verify", "--log");
    }

    /** The run with records changed, or left out where the change is null. */
    private Path changed(UnaryOperator<SpecificRecord> change) {
        Path changed = folder.resolve("changed-" + counted++);
        try (Log log = new DirectoryLog(folder.resolve("run"));
                DirectoryLogWriter out =
                        new DirectoryLogWriter(changed, log.site(), log.incarnation(), log.segments())) {
            for (Topic topic : Topic.values()) {
                for (int segment = 0; segment < log.segments(); segment++) {
                    log.scan(List.of(LogRange.all(topic, segment)), record -> {
                        SpecificRecord event = change.apply(EventCodec.decode(record.value()));
                        if (event != null) {
                            out.append(new LogRecord(
                                    record.topic(),
                                    record.segment(),
                                    record.offset(),
                                    record.timestampMillis(),
                                    record.key(),
                                    EventCodec.encode(event)));
                        }
                        return true;
                    });
                }
            }
            out.finish();
        }
        return changed;
    }

    @Test
    void what_a_person_could_ask_for_is_tried_on_the_record_and_leaves_it_as_it_is() throws IOException {
        byte[] before = digest(folder.resolve("run"));
        String json = says("vm", "stop", "vm-local-7", "--force", "--reason", "x", "--dry-run", "-o", "json", "--log");
        assertTrue(json.contains("\"answer\" : \"done\"") && json.contains("\"what\" : \"stop\""), json);
        assertArrayEquals(before, digest(folder.resolve("run")));
    }

    private static byte[] digest(Path log) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Stream<Path> files = Files.walk(log)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                all.writeBytes(file.toString().getBytes(StandardCharsets.UTF_8));
                all.writeBytes(Files.readAllBytes(file));
            }
        }
        return all.toByteArray();
    }

    @Test
    void a_verb_that_changes_a_region_refuses_the_folder() {
        assertEquals(
                ExitCode.USAGE,
                run(
                        "site",
                        "mode",
                        "off",
                        "--reason",
                        "x",
                        "--log",
                        folder.resolve("run").toString()));
        assertTrue(told.toString().contains("needs a region that runs; drop --log"), told.toString());
        assertEquals(
                ExitCode.USAGE,
                run("topics", "create", "--log", folder.resolve("run").toString()));
        assertEquals(
                ExitCode.USAGE,
                run(
                        "host",
                        "list",
                        "--site",
                        "elsewhere",
                        "--log",
                        folder.resolve("run").toString()));
        assertTrue(told.toString().contains("is of site local, not elsewhere; drop --site"), told.toString());
    }

    /** What a verb prints; its last word names the option that takes the folder. */
    private String says(String... words) {
        return saysOf(folder.resolve("run"), words);
    }

    private String saysOf(Path log, String... words) {
        return printed(ExitCode.OK, log, words);
    }

    private String printed(int expected, Path log, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            int code = run(
                    Stream.concat(Stream.of(words), Stream.of(log.toString())).toArray(String[]::new));
            assertEquals(expected, code, told::toString);
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private int run(String... words) {
        return Godwit.commandLine().setErr(new PrintWriter(told, true)).execute(words);
    }
}
