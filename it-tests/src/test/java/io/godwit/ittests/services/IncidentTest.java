package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.cli.ExitCode;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stretch of a recorded run in one file answers as the whole run does. */
final class IncidentTest {
    private static final String FROM = "2026-01-01T00:21:00Z";
    private static final String TO = "2026-01-01T00:24:00Z";

    @TempDir
    private static Path folder;

    private static Path run;
    private static Path file;
    private static Verb.Said exported;

    @BeforeAll
    static void export() {
        run = folder.resolve("run");
        file = folder.resolve("some.incident");
        Verb.say("simulate", "--hosts", "12", "--mu", "80", "--duration", "1500s", "--record", run.toString())
                .endsWith(ExitCode.OK);
        exported = Verb.say("incident", "export", "--from", FROM, "--to", TO, "--log", run.toString(), file.toString())
                .endsWith(ExitCode.OK);
    }

    @Test
    void it_is_smaller_than_the_run_and_says_what_is_in_it() throws IOException {
        assertTrue(exported.out().contains("identical: "), exported.out());
        String shown = Verb.say("incident", "show", file.toString())
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(shown.contains("observations.host.v1"), shown);
        assertTrue(shown.contains("look-back of the rules from 2026-01-01T00:"), shown);
        assertTrue(shown.contains("snapshot of 2026-01-01T00:"), shown);
        try (var log = Files.walk(run)) {
            long whole = log.filter(path -> path.toString().endsWith(".log"))
                    .mapToLong(path -> path.toFile().length())
                    .sum();
            assertTrue(Files.size(file) * 4 < whole, Files.size(file) + " of " + whole);
        }
    }

    @Test
    void its_period_is_replayed_as_on_the_whole_log() {
        String whole = Verb.say("replay", "--verify", "--from", FROM, "--to", TO, "--log", run.toString())
                .endsWith(ExitCode.OK)
                .out();
        String cut = Verb.say("replay", "--verify", "--incident", file.toString())
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(whole.startsWith("identical: ") && !whole.startsWith("identical: 0"), whole);
        assertEquals(whole, cut);
    }

    @Test
    void what_happened_in_it_is_listed_and_explained_as_on_the_whole_log() {
        String moves = Verb.say("migration", "list", "--at", TO, "--log", file.toString())
                .endsWith(ExitCode.OK)
                .out();
        String all = Verb.say("migration", "list", "--at", TO, "--log", run.toString())
                .endsWith(ExitCode.OK)
                .out();
        int explained = 0;
        for (String line : moves.lines().skip(1).toList()) {
            assertTrue(all.contains(line), line);
            String id = line.replaceFirst(".*?(c-\\d+-\\d+).*", "$1");
            assertEquals(
                    Verb.say("why", id, "--at", TO, "--log", run.toString()).out(),
                    Verb.say("why", id, "--at", TO, "--log", file.toString()).out());
            explained++;
        }
        assertTrue(explained > 0, moves);
        assertEquals(asked(run, "host", "list"), asked(file, "host", "list"));
        assertEquals(asked(run, "detection", "list", "--open"), asked(file, "detection", "list", "--open"));
        assertEquals(withoutSince(asked(run, "vm", "list")), withoutSince(asked(file, "vm", "list")));
    }

    /** When a VM came to its host is told by moves of long before, which are not in the file. */
    private static List<String> withoutSince(String table) {
        return table.lines()
                .map(line -> line.replaceFirst("( +-| +2026-\\S+ \\S+)$", ""))
                .toList();
    }

    private static String asked(Path log, String... verb) {
        String[] words = new String[verb.length + 4];
        System.arraycopy(verb, 0, words, 0, verb.length);
        System.arraycopy(new String[] {"--at", TO, "--log", log.toString()}, 0, words, verb.length, 4);
        return Verb.say(words).endsWith(ExitCode.OK).out();
    }

    @Test
    void a_file_that_is_no_incident_is_refused_with_the_remedy() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "nothing");
        Verb.Said said = Verb.say("incident", "show", other.toString()).endsWith(ExitCode.USAGE);
        assertTrue(said.err().contains("is no log in a file"), said.err());
        said = Verb.say("host", "list", "--log", other.toString()).endsWith(ExitCode.USAGE);
        assertTrue(said.err().contains("give one that godwit incident export has written"), said.err());
        said = Verb.say("incident", "export", "--from", FROM, "--to", TO, "--log", run.toString(), file.toString())
                .endsWith(ExitCode.USAGE);
        assertTrue(said.err().contains("is there already"), said.err());
    }

    @Test
    void under_pseudonyms_it_replays_to_the_same_and_names_nobody() throws IOException {
        Path renamed = folder.resolve("renamed.incident");
        String said = exported(renamed, run);
        String words = said.replaceFirst("(?s).*identical: (\\d+ detections, \\d+ decisions).*", "$1");
        String before = exported.out().replaceFirst("(?s).*identical: (\\d+ detections, \\d+ decisions).*", "$1");
        assertEquals(before, words);
        String replayed = Verb.say("replay", "--verify", "--incident", renamed.toString())
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(replayed.startsWith("identical: " + words), replayed);
        try (var zip = new ZipFile(renamed.toFile())) {
            for (var entry : zip.stream().toList()) {
                try (var in = zip.getInputStream(entry)) {
                    String bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                    for (String name : List.of("vm-local", "sim-local", "local/r1", "h03", "monitor-local")) {
                        assertFalse(bytes.contains(name), entry.getName() + " holds " + name);
                    }
                }
            }
        }
        String moves = Verb.say("migration", "list", "--log", renamed.toString())
                .endsWith(ExitCode.OK)
                .out();
        String id = moves.lines().skip(1).findFirst().orElseThrow().replaceFirst(".*?(c-\\d+-\\d+).*", "$1");
        String why = Verb.say("why", id, "--log", renamed.toString())
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(why.matches("(?s)vm-\\d+ moved site-1/rack-1/h-\\d+ → site-1/rack-1/h-\\d+ .*"), why);
    }

    private static String exported(Path to, Path log) {
        return Verb.say(
                        "incident",
                        "export",
                        "--pseudonyms",
                        "--from",
                        FROM,
                        "--to",
                        TO,
                        "--log",
                        log.toString(),
                        to.toString())
                .endsWith(ExitCode.OK)
                .out();
    }

    @ParameterizedTest
    @ValueSource(strings = {"centralized", "hierarchical"})
    void other_policies_replay_to_the_same_under_pseudonyms(String policy) {
        Path log = folder.resolve(policy);
        Verb.say(
                        "simulate",
                        "--hosts",
                        "12",
                        "--mu",
                        "75",
                        "--duration",
                        "1500s",
                        "--policy",
                        policy,
                        "--record",
                        log.toString())
                .endsWith(ExitCode.OK);
        String said = exported(folder.resolve(policy + ".incident"), log);
        assertTrue(said.contains("identical: ") && !said.contains("identical: 0"), said);
    }

    @Test
    void a_policy_that_goes_by_a_hash_of_ids_is_refused_under_pseudonyms() {
        Path log = folder.resolve("ring");
        Verb.say(
                        "simulate",
                        "--hosts",
                        "12",
                        "--mu",
                        "80",
                        "--duration",
                        "1500s",
                        "--policy",
                        "dvms",
                        "--record",
                        log.toString())
                .endsWith(ExitCode.OK);
        Path to = folder.resolve("ring.incident");
        Verb.Said said = Verb.say(
                        "incident",
                        "export",
                        "--pseudonyms",
                        "--from",
                        FROM,
                        "--to",
                        TO,
                        "--log",
                        log.toString(),
                        to.toString())
                .endsWith(ExitCode.REFUSED);
        assertTrue(said.err().contains("export it without --pseudonyms"), said.err());
        assertFalse(Files.exists(to));
    }

    @Test
    void made_a_test_it_passes_until_something_else_is_expected() throws IOException {
        Path test = folder.resolve("tests").resolve("one");
        String made = Verb.say("incident", "to-test", file.toString(), test.toString())
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(made.matches("(?s).*: [1-9]\\d+ detections and decisions; .*"), made);
        Path junit = folder.resolve("junit.xml");
        String said = Verb.say("incident", "test", test.getParent().toString(), "--junit", junit.toString())
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(said.startsWith("same   " + test), said);
        assertTrue(Files.readString(junit).contains("failures=\"0\""), Files.readString(junit));
        Path expected = test.resolve("expected.txt");
        List<String> lines = Files.readAllLines(expected);
        Files.write(expected, lines.subList(1, lines.size()));
        said = Verb.say("incident", "test", test.toString(), "--junit", junit.toString())
                .endsWith(ExitCode.DIFFERS)
                .out();
        assertTrue(said.contains("expected.txt, line 1 differs") && said.contains(lines.getFirst()), said);
        assertTrue(Files.readString(junit).contains("failures=\"1\""), Files.readString(junit));
    }

    @Test
    void a_detection_that_the_rules_do_not_draw_is_found_by_its_test() {
        Path log = folder.resolve("forged");
        Path cut = folder.resolve("forged.incident");
        forge(run, log);
        String said = Verb.say(
                        "incident", "export", "--from", FROM, "--to", TO, "--log", log.toString(), cut.toString())
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(said.contains("not as recorded: "), said);
        Path test = folder.resolve("forged-test");
        Verb.say("incident", "to-test", cut.toString(), test.toString()).endsWith(ExitCode.OK);
        said = Verb.say("incident", "test", test.toString())
                .endsWith(ExitCode.DIFFERS)
                .out();
        assertTrue(said.contains("detection ") && said.contains("differs"), said);
    }

    @Test
    void its_post_mortem_rests_each_sentence_on_a_record() throws IOException {
        Path out = folder.resolve("report");
        Verb.say("incident", "report", file.toString(), "--out", out.toString()).endsWith(ExitCode.OK);
        String draft = Files.readString(out.resolve("post-mortem.md"));
        assertTrue(draft.contains(" was in overload: cpu-demand "), draft);
        assertTrue(draft.matches("(?s).*\\| overload of local/r1/h\\d+ .*\\+\\d+ ms .*"), draft);
        List<String> cited = Pattern.compile("\\(#([a-z-]+-\\d+-\\d+)\\)")
                .matcher(draft)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
        assertTrue(cited.size() > 50, cited.size() + " records");
        cited.forEach(anchor -> assertTrue(draft.contains("<a id=\"" + anchor + "\"></a>"), anchor));
        assertFalse(draft.contains("is not in the file"), draft);
        for (String sentence :
                draft.lines().filter(line -> line.strip().startsWith("- ")).toList()) {
            assertTrue(sentence.endsWith(")]"), sentence);
        }
        String page = Files.readString(out.resolve("post-mortem.html"));
        assertTrue(page.contains("<table>") && page.contains("<h2>Timeline</h2>"), page);
        cited.forEach(anchor -> assertTrue(page.contains("<a id=\"" + anchor + "\"></a>"), anchor));
    }

    @Test
    void its_post_mortem_tells_what_would_have_been_otherwise() throws IOException {
        String draft = Verb.say("incident", "report", file.toString(), "--set", "policy=static")
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(draft.contains("## What if\n\nWith policy=static, by a model: "), draft);
        Matcher moves = Pattern.compile("\\| migrations \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|")
                .matcher(draft);
        assertTrue(moves.find(), draft);
        assertTrue(Long.parseLong(moves.group(1)) > 0 && Long.parseLong(moves.group(2)) > 0, moves.group());
        assertEquals("0", moves.group(3), "the policy moves nothing");
        assertTrue(draft.matches("(?s).*- segment \\d+ from \\[\\[observations \\d+:\\d+\\]\\(#.*"), draft);
        assertFalse(draft.contains("is not in the file"), "what it rests on stands in the file");
        Verb.Said odd = Verb.say("incident", "report", file.toString(), "--set", "weather=fine")
                .endsWith(ExitCode.USAGE);
        assertTrue(odd.err().contains("write rule:NAME=FILE, constraint:FILE, policy=POLICY"), odd.err());
    }

    @Test
    void its_post_mortem_tells_what_was_done_about_crashes() throws IOException {
        Path crashes = folder.resolve("crashes");
        Verb.say(
                        "simulate",
                        "--hosts",
                        "12",
                        "--duration",
                        "180s",
                        "--crashes",
                        "exponential:200s,30s",
                        "--record",
                        crashes.toString())
                .endsWith(ExitCode.OK);
        Path cut = folder.resolve("crashes.incident");
        Verb.say(
                        "incident",
                        "export",
                        "--from",
                        "2026-01-01T00:00:30Z",
                        "--to",
                        "2026-01-01T00:03:00Z",
                        "--log",
                        crashes.toString(),
                        cut.toString())
                .endsWith(ExitCode.OK);
        String draft = Verb.say("incident", "report", cut.toString())
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(draft.contains("## Recoveries"), draft);
        List<String> phases = draft.lines()
                .filter(line -> line.startsWith("| last sample |") || line.startsWith("| detected |"))
                .toList();
        assertTrue(phases.size() >= 2, draft);
        phases.forEach(phase -> assertTrue(phase.matches(".*\\| \\d+\\.\\d s \\|.*\\)\\] \\|"), phase));
        assertTrue(draft.contains("[[observations "), "the last sample is named");
    }

    /** The same log with another value in each detection of the period. */
    private static void forge(Path from, Path to) {
        try (DirectoryLog log = new DirectoryLog(from);
                DirectoryLogWriter out = new DirectoryLogWriter(to, log.site(), log.incarnation(), log.segments())) {
            for (Topic topic : Topic.values()) {
                for (int segment = 0; segment < log.segments(); segment++) {
                    log.scan(List.of(LogRange.all(topic, segment)), record -> {
                        out.append(forged(record));
                        return true;
                    });
                }
            }
            out.finish();
        }
    }

    private static LogRecord forged(LogRecord record) {
        if (record.topic() != Topic.DETECTIONS
                || !(EventCodec.decode(record.value()) instanceof DetectionBegan began)
                || record.timestampMillis() < Instant.parse(FROM).toEpochMilli()) {
            return record;
        }
        DetectionBegan other =
                DetectionBegan.newBuilder(began).setValue(began.getValue() + 1).build();
        return new LogRecord(
                record.topic(),
                record.segment(),
                record.offset(),
                record.timestampMillis(),
                record.key(),
                EventCodec.encode(other));
    }
}
