package io.godwit.ops.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ops.rules.Scenario.End;
import io.godwit.ops.rules.Scenario.Expected;
import io.godwit.ops.rules.Scenario.Given;
import io.godwit.ops.settings.Settings;
import io.godwit.ops.settings.YamlNode;
import io.godwit.ops.settings.YamlNode.Entry;
import io.godwit.ops.settings.YamlNode.Spot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a file of scenarios (docs/rules.md, "Testing a rule"). Goes on after a fault, so that all are found. */
final class ScenarioReader {
    private static final int EXPECTED_MAX = 1000;
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final String EVERY = "every";
    private static final String UNTIL = "until";
    private static final List<String> TIMES = List.of("at", EVERY, UNTIL);

    private static final Comparator<Fault> IN_ORDER = Comparator.<Fault>comparingInt(
                    fault -> fault.at().line())
            .thenComparingInt(fault -> fault.at().column());

    private final List<Fault> faults = new ArrayList<>();
    private final Fields fields = new Fields(faults);
    private final ObservationReader observations = new ObservationReader(fields);

    private ScenarioReader() {}

    /** Something in the file that is wrong, and the remedy. */
    record Fault(Spot at, String says) {}

    /**
     * What stands in a file.
     *
     * @param scenarios those without a fault
     * @param faults in the order of the file
     */
    record Read(List<Scenario> scenarios, List<Fault> faults) {}

    static Read of(String text) {
        return of(text, "scenarios");
    }

    /** @param key under which they stand */
    static Read of(String text, String key) {
        ScenarioReader reader = new ScenarioReader();
        List<Scenario> scenarios = new ArrayList<>();
        try {
            scenarios.addAll(reader.file(YamlNode.read(text), key));
        } catch (YamlNode.Ambiguous ambiguous) {
            reader.faults.add(new Fault(ambiguous.at(), ambiguous.getMessage().replaceFirst("^line \\d+: ", "")));
        } catch (JsonProcessingException broken) {
            Spot at = broken.getLocation() == null
                    ? new Spot(1, 1)
                    : new Spot(
                            broken.getLocation().getLineNr(),
                            broken.getLocation().getColumnNr());
            reader.faults.add(new Fault(at, "is no YAML: " + withoutPlaces(broken.getOriginalMessage())));
        } catch (IOException impossible) {
            throw new IllegalStateException("a text in memory cannot be unreadable", impossible);
        }
        return new Read(
                List.copyOf(scenarios),
                reader.faults.stream().distinct().sorted(IN_ORDER).toList());
    }

    /** The parser shows the place in lines of its own, which are indented. */
    private static String withoutPlaces(String message) {
        return message.lines()
                .filter(line -> !line.isBlank() && !line.startsWith(" "))
                .collect(Collectors.joining(", "));
    }

    private List<Scenario> file(YamlNode node, String key) {
        List<Scenario> scenarios = new ArrayList<>();
        Optional<Map<String, Entry>> top = fields.mapping(node, "the file", List.of(key));
        if (top.isEmpty()) {
            return scenarios;
        }
        Map<String, Integer> lineByName = new HashMap<>();
        for (YamlNode item : fields.items(top.get(), key, node.at(), "a list of scenarios")) {
            int before = faults.size();
            Optional<Scenario> scenario = scenario(item);
            if (scenario.isPresent() && faults.size() == before) {
                Integer other = lineByName.putIfAbsent(scenario.get().name(), item.line());
                if (other == null) {
                    scenarios.add(scenario.get());
                } else {
                    fields.fault(
                            item.at(),
                            "another scenario, in line %d, is called \"%s\" as well; give each its own name"
                                    .formatted(other, scenario.get().name()));
                }
            }
        }
        return scenarios;
    }

    private Optional<Scenario> scenario(YamlNode node) {
        return fields.mapping(node, "a scenario", List.of("name", "lasts", "hosts", "sample", "events", "expect"))
                .map(keys -> {
                    Optional<String> name =
                            fields.required(keys, "name", node.at(), "a sentence about hosts", Fields::text);
                    Map<String, Entry> sample = observations.defaults(keys.get("sample"));
                    List<Given> given = new ArrayList<>();
                    for (YamlNode item : fields.items(keys, "events", node.at(), "a list of observations")) {
                        given(item, sample).ifPresent(given::add);
                    }
                    Scenario scenario = new Scenario(
                            name.orElse(""),
                            node.at(),
                            fields.optional(keys, "lasts", ScenarioReader::millis),
                            hosts(keys.get("hosts")),
                            List.copyOf(given),
                            expected(keys, node.at()));
                    checkBounds(scenario, keys);
                    checkHosts(scenario, keys.get("hosts"));
                    return scenario;
                });
    }

    /** Who hosts are, by id: as in h1: {rack: r1}. */
    private Map<String, HostLabel> hosts(Entry entry) {
        Map<String, HostLabel> hosts = new HashMap<>();
        if (entry == null) {
            return hosts;
        }
        if (!(entry.value() instanceof YamlNode.Mapping(Spot _, Map<String, Entry> byId))) {
            fields.fault(entry.value().at(), "hosts are named one by one; give them, as in h1: {rack: r1}");
            return hosts;
        }
        byId.forEach((hostId, said) -> fields.mapping(said.value(), "a host", List.of("rack", "site", "name"))
                .ifPresent(keys -> hosts.put(
                        hostId,
                        new HostLabel(
                                hostId,
                                fields.optional(keys, "site", Fields::text).orElse(Scenario.SITE),
                                fields.optional(keys, "rack", Fields::text).orElse(Scenario.RACK),
                                fields.optional(keys, "name", Fields::text).orElse(hostId)))));
        return hosts;
    }

    /** A host that is misspelt would be another one. */
    private void checkHosts(Scenario scenario, Entry hosts) {
        if (hosts == null || !(hosts.value() instanceof YamlNode.Mapping(Spot _, Map<String, Entry> byId))) {
            return;
        }
        byId.forEach((hostId, said) -> {
            if (scenario.given().stream()
                    .noneMatch(given -> given.what().hostId().equals(hostId))) {
                fields.fault(said.at(), "no observation is of host \"" + hostId + "\"; mend its name, or drop it");
            }
        });
    }

    private void checkBounds(Scenario scenario, Map<String, Entry> keys) {
        long count = scenario.given().stream().mapToLong(Given::count).sum();
        if (count > Scenario.OBSERVATIONS_MAX) {
            fields.fault(
                    keys.get("events").at(),
                    "the scenario gives %d observations; give at most %d, with a longer \"every\""
                            .formatted(count, Scenario.OBSERVATIONS_MAX));
        }
        scenario.lastsMillis()
                .filter(lasts -> lasts < scenario.lastMillis())
                .ifPresent(lasts -> fields.fault(
                        keys.get("lasts").value().at(),
                        "the scenario lasts %s, and its last observation comes at %s; let it last so long, or drop the key"
                                .formatted(time(lasts), time(scenario.lastMillis()))));
    }

    /** One entry of "events": times, and the observation under the name of its type. */
    private Optional<Given> given(YamlNode node, Map<String, Entry> sample) {
        List<String> known =
                Stream.concat(TIMES.stream(), ObservationReader.TYPES.stream()).toList();
        int before = faults.size();
        Optional<Map<String, Entry>> keys = fields.mapping(node, "an observation", known);
        boolean misspelt = faults.size() > before;
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        Optional<Observation> what = Optional.empty();
        List<Entry> types = new ArrayList<>();
        for (String type : ObservationReader.TYPES) {
            Entry entry = keys.get().get(type);
            if (entry != null) {
                types.add(entry);
                what = observations.read(type, entry.value(), sample);
            }
        }
        if (types.size() > 1 || (types.isEmpty() && !misspelt)) {
            fields.fault(
                    node.at(),
                    "%s; give one of %s"
                            .formatted(
                                    types.isEmpty() ? "no observation is named" : "several observations stand in one",
                                    String.join(", ", ObservationReader.TYPES)));
        }
        return repeated(keys.get(), node.at(), what);
    }

    private Optional<Given> repeated(Map<String, Entry> keys, Spot at, Optional<Observation> what) {
        boolean again = keys.containsKey(EVERY);
        Optional<Long> first = again && !keys.containsKey("at")
                ? Optional.of(0L)
                : fields.required(keys, "at", at, "when it comes, as in 10s", ScenarioReader::millis);
        if (!again) {
            if (keys.containsKey(UNTIL)) {
                fields.fault(keys.get(UNTIL).at(), "\"until\" stands without \"every\"; give both, or drop it");
            }
            return first.flatMap(millis -> what.map(one -> Given.once(millis, one)));
        }
        Optional<Long> every = fields.optional(keys, EVERY, ScenarioReader::millis);
        Optional<Long> until =
                fields.required(keys, UNTIL, at, "when it comes for the last time, as in 60s", ScenarioReader::millis);
        if (first.isEmpty() || every.isEmpty() || until.isEmpty()) {
            return Optional.empty();
        }
        if (every.get() == 0) {
            fields.fault(keys.get(EVERY).value().at(), "\"every\" is 0; give 1ms or more");
        } else if (until.get() < first.get()) {
            fields.fault(
                    keys.get(UNTIL).value().at(),
                    "\"until\" is %s, before the first at %s; give a later time"
                            .formatted(time(until.get()), time(first.get())));
        } else {
            return what.map(one -> new Given(first.get(), every.get(), until.get(), one));
        }
        return Optional.empty();
    }

    private List<Expected> expected(Map<String, Entry> keys, Spot at) {
        Entry entry = keys.get("expect");
        if (entry != null && entry.value() instanceof YamlNode.Scalar(Spot _, String text) && text.equals("none")) {
            return List.of();
        }
        List<Expected> expected = new ArrayList<>();
        for (YamlNode item : fields.items(keys, "expect", at, "a list of detections, or none")) {
            fields.mapping(
                            item,
                            "an expected detection",
                            List.of("hostId", "vmId", "begins", "ends", "within", "value"))
                    .flatMap(one -> detection(one, item.at()))
                    .ifPresent(expected::add);
        }
        if (expected.size() > EXPECTED_MAX) {
            fields.fault(
                    entry.at(),
                    "%d detections are expected; give at most %d in a scenario"
                            .formatted(expected.size(), EXPECTED_MAX));
        }
        return List.copyOf(expected);
    }

    private Optional<Expected> detection(Map<String, Entry> keys, Spot at) {
        Optional<String> hostId = fields.required(keys, "hostId", at, "the host that it speaks of", Fields::text);
        Optional<Long> begins =
                fields.required(keys, "begins", at, "when it begins, as in 10s", ScenarioReader::millis);
        Optional<String> vmId = fields.optional(keys, "vmId", Fields::text);
        Optional<Long> within = fields.optional(keys, "within", ScenarioReader::millis);
        Optional<End> end = fields.optional(keys, "ends", ScenarioReader::end);
        Optional<Long> value =
                fields.optional(keys, "value", text -> Fields.whole(text, Long.MIN_VALUE, Long.MAX_VALUE));
        if (end.orElse(null) instanceof End.At(long millis) && begins.isPresent() && millis < begins.get()) {
            fields.fault(
                    keys.get("ends").value().at(),
                    "\"ends\" is %s, before it begins at %s; give a later time"
                            .formatted(time(millis), time(begins.get())));
        }
        return hostId.flatMap(host -> begins.map(millis -> new Expected(
                at, host, vmId.orElse(""), millis, within.orElse(0L), end.orElseGet(End.Any::new), value)));
    }

    private static End end(String text) {
        return text.equals("never") ? new End.Never() : new End.At(millis(text));
    }

    private static long millis(String text) {
        Duration time = Fields.duration(text);
        if (time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is more than a scenario may last; give 0 to " + Settings.text(LONGEST));
        }
        return time.toMillis();
    }

    private static String time(long millis) {
        return Settings.text(Duration.ofMillis(millis));
    }
}
