package io.godwit.ops.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The rules of a folder, each NAME.epl with the files of scenarios beside it: NAME.test.yaml, NAME.ANYTHING.test.yaml. All in
 * the order of their names; folders below it are not looked at.
 *
 * @param strays files of scenarios that belong to no rule, so that they would never run
 */
public record RuleFolder(List<RuleFile> rules, List<Path> strays) {
    private static final String RULE = ".epl";
    private static final String SCENARIOS = ".test.yaml";
    private static final String OTHER_ENDING = ".test.yml";

    /** @param name that of its file, without ".epl" */
    public record RuleFile(String name, Path epl, List<Path> scenarios) {}

    public static RuleFolder of(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        TreeMap<String, Path> rules = new TreeMap<>();
        for (Path file : files) {
            nameBefore(RULE, file).ifPresent(name -> rules.put(name, file));
        }
        TreeMap<String, List<Path>> scenarios = new TreeMap<>();
        List<Path> strays = new ArrayList<>();
        for (Path file : files) {
            Optional<String> stem = nameBefore(SCENARIOS, file);
            Optional<String> owner = stem.flatMap(one -> owner(one, rules));
            if (owner.isPresent()) {
                scenarios.computeIfAbsent(owner.get(), _ -> new ArrayList<>()).add(file);
            } else if (stem.isPresent() || nameBefore(OTHER_ENDING, file).isPresent()) {
                strays.add(file);
            }
        }
        List<RuleFile> found = new ArrayList<>();
        rules.forEach((name, epl) ->
                found.add(new RuleFile(name, epl, List.copyOf(scenarios.getOrDefault(name, List.of())))));
        return new RuleFolder(List.copyOf(found), List.copyOf(strays));
    }

    /** One rule of a folder, with its scenarios; empty where the file is no NAME.epl that is there. */
    public static Optional<RuleFile> file(Path epl) throws IOException {
        Path folder = epl.toAbsolutePath().getParent();
        return Files.isRegularFile(epl)
                ? of(folder).rules().stream()
                        .filter(rule -> rule.epl().equals(epl.toAbsolutePath()))
                        .map(rule -> new RuleFile(
                                rule.name(),
                                epl,
                                rule.scenarios().stream()
                                        .map(scenario -> epl.resolveSibling(scenario.getFileName()))
                                        .toList()))
                        .findFirst()
                : Optional.empty();
    }

    /** The rule with the longest name that the file's name begins with, up to a dot. */
    private static Optional<String> owner(String stem, TreeMap<String, Path> rules) {
        return rules.keySet().stream()
                .filter(rule -> stem.equals(rule) || stem.startsWith(rule + "."))
                .reduce((one, other) -> other.length() > one.length() ? other : one);
    }

    private static Optional<String> nameBefore(String ending, Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(ending) && name.length() > ending.length()
                ? Optional.of(name.substring(0, name.length() - ending.length()))
                : Optional.empty();
    }
}
