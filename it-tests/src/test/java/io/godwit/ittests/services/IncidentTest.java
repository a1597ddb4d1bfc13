package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
