package io.godwit.ops.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RuleFolderTest {
    @TempDir
    private Path folder;

    @Test
    void scenarios_go_to_the_rule_with_the_longest_name_that_theirs_begins_with() throws IOException {
        for (String name : List.of(
                "b.epl",
                "a.epl",
                "a.b.epl",
                "a.test.yaml",
                "a.night.test.yaml",
                "a.b.test.yaml",
                "ab.test.yaml",
                "b.test.yml",
                "notes.yaml",
                ".epl")) {
            Files.createFile(folder.resolve(name));
        }
        Files.createDirectory(folder.resolve("c.epl"));
        assertEquals(
                new RuleFolder(
                        List.of(rule("a", "a.night.test.yaml", "a.test.yaml"), rule("a.b", "a.b.test.yaml"), rule("b")),
                        List.of(folder.resolve("ab.test.yaml"), folder.resolve("b.test.yml"))),
                RuleFolder.of(folder));
    }

    private RuleFolder.RuleFile rule(String name, String... scenarios) {
        return new RuleFolder.RuleFile(
                name,
                folder.resolve(name + ".epl"),
                Arrays.stream(scenarios).map(folder::resolve).toList());
    }
}
