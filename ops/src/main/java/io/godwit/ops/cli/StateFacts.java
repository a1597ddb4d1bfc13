package io.godwit.ops.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.ops.words.Words;
import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.state.Controls;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Requests;
import io.godwit.schemas.state.Rules;
import io.godwit.schemas.state.Vm;
import io.godwit.schemas.units.ByteSize;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is the case at a moment, as facts that can be held against those of another one. Loads are left out: they differ from
 * any moment to the next.
 */
final class StateFacts {
    /** What facts are about, in the order in which they are told, with the words for one that is new and one that is gone. */
    enum Kind {
        SITE("known", "unknown"),
        SETTINGS("announced", "gone"),
        RULE("live", "no longer live"),
        CONSTRAINT("in force", "no longer in force"),
        HOST("joined", "left"),
        VM("appeared", "gone"),
        DETECTION("opened", "ended"),
        HOST_PARTITION("opened", "closed"),
        MIGRATION("began", "ended"),
        REQUEST("asked", "answered");

        final String begins;
        final String ends;

        Kind(String begins, String ends) {
            this.begins = begins;
            this.ends = ends;
        }
    }

    /**
     * One thing.
     *
     * @param name as people call it
     * @param says what there is to say of it where it is new or gone
     * @param aspects what can change of it, by name
     */
    record Fact(String name, String says, Map<String, String> aspects) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final StateRows rows;
    private final Map<Kind, Map<String, Fact>> facts = new EnumMap<>(Kind.class);

    StateFacts(RegionState state, StateRows rows) {
        this.rows = rows;
        for (Kind kind : Kind.values()) {
            facts.put(kind, new TreeMap<>());
        }
        Map<String, String> mode = new LinkedHashMap<>();
        mode.put("mode", state.controls().mode().map(StateFacts::mode).orElse("advise (by default)"));
        put(Kind.SITE, state.site(), new Fact(state.site(), "", mode));
        state.controls().settings().values().forEach(this::add);
        state.rules().live().forEach(version -> add(version, state));
        state.controls().constraints().forEach(this::add);
        state.hosts().forEach(host -> add(host, state));
        state.vms().forEach(this::add);
        state.detections().open().forEach(this::add);
        state.partitions().open().forEach(partition -> add(partition, state));
        state.migrations().all().stream()
                .filter(migration -> !migration.stage().isFinal())
                .forEach(this::add);
        state.requests().all().stream()
                .filter(request -> request.answer().isEmpty())
                .forEach(this::add);
    }

    /** The facts of a kind, by id. */
    Map<String, Fact> of(Kind kind) {
        return facts.get(kind);
    }

    private void put(Kind kind, String id, Fact fact) {
        facts.get(kind).put(id, fact);
    }

    private static String mode(Controls.Mode mode) {
        return "%s (%s: %s)"
                .formatted(
                        mode.changed().getMode(),
                        mode.changed().getBy(),
                        mode.changed().getReason());
    }

    private void add(SettingsAnnounced announced) {
        Map<String, String> settings = new TreeMap<>();
        try {
            flatten("", JSON.readTree(announced.getSettings()), settings);
        } catch (JsonProcessingException _) {
            settings.put("settings", announced.getSettings()); // of another version, say; compared as a whole
        }
        put(
                Kind.SETTINGS,
                announced.getService(),
                new Fact(announced.getService(), "by " + announced.getBy(), settings));
    }

    private static void flatten(String path, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> flatten(
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), into));
        } else {
            into.put(path, node.isTextual() ? node.textValue() : node.toString());
        }
    }

    private void add(Rules.Version version, RegionState state) {
        String rule = version.deployed().getRule();
        int active = 0;
        for (int segment = 0; segment < state.segments(); segment++) {
            if (state.detections().activeIn(segment).containsKey(rule)) {
                active++;
            }
        }
        Map<String, String> aspects = new LinkedHashMap<>();
        aspects.put("version", "v" + version.deployed().getVersion());
        aspects.put("active", "in %d of %d segments".formatted(active, state.segments()));
        put(
                Kind.RULE,
                rule,
                new Fact(
                        rule,
                        "v%d (%s: %s)"
                                .formatted(
                                        version.deployed().getVersion(),
                                        version.deployed().getAuthor(),
                                        version.deployed().getReason()),
                        aspects));
    }

    private void add(Controls.Constraints script) {
        String name = script.applied().getName();
        script.applied().getConstraints().forEach(stated -> {
            Constraint constraint = Form.of(stated).constraint();
            put(Kind.CONSTRAINT, name + " " + constraint, new Fact(name, rows.constraint(constraint), Map.of()));
        });
    }

    private void add(Host host, RegionState state) {
        Map<String, String> aspects = new LinkedHashMap<>();
        aspects.put("state", rows.hostState(host));
        aspects.put(
                "drain",
                state.requests()
                        .drain(host.id())
                        .map(request -> "%s: %s".formatted(request.by(), request.reason()))
                        .orElse("no"));
        aspects.put("VMs", Integer.toString(host.vms().size()));
        aspects.put("held by", host.heldBy().orElse("nobody"));
        aspects.put("CPU", host.cpuCapacityMillicores() + " mc");
        aspects.put("memory", new ByteSize(host.memoryCapacityBytes()).toString());
        aspects.put("segment", Integer.toString(host.segment()));
        put(
                Kind.HOST,
                host.id(),
                new Fact(host.label(), "with %d VMs".formatted(host.vms().size()), aspects));
    }

    private void add(Vm vm) {
        Map<String, String> aspects = new LinkedHashMap<>();
        aspects.put("host", rows.hostName(vm.hostId()));
        aspects.put("state", Words.word(vm.state()));
        put(
                Kind.VM,
                vm.id(),
                new Fact(vm.name(), "%s on %s".formatted(Words.word(vm.state()), rows.hostName(vm.hostId())), aspects));
    }

    private void add(Detections.Detection detection) {
        Map<String, Object> row = rows.detection(detection);
        put(
                Kind.DETECTION,
                detection.id(),
                new Fact(
                        row.get("subject").toString(),
                        "%s: %s (%s)".formatted(row.get("kind"), row.get("measured"), row.get("rule")),
                        Map.of()));
    }

    private void add(HostPartitions.Partition partition, RegionState state) {
        String holds = state.partitions().held().values().stream()
                .filter(held -> held.partitionId().equals(partition.id()))
                .map(held -> rows.hostName(held.hostId()))
                .collect(Collectors.joining(" "));
        put(
                Kind.HOST_PARTITION,
                partition.id(),
                new Fact(
                        partition.id(),
                        partition
                                .opened()
                                .map(opened -> "of %s for %s"
                                        .formatted(
                                                rows.hostName(opened.getInitiator()),
                                                Words.word(opened.getDetectionKind())))
                                .orElse(""),
                        Map.of("holds", holds)));
    }

    private void add(Migrations.Migration migration) {
        put(
                Kind.MIGRATION,
                migration.id(),
                new Fact(
                        migration
                                .command()
                                .map(MigrateVm::getVmId)
                                .map(rows::vmName)
                                .orElse(migration.id()),
                        migration
                                .command()
                                .map(command -> "%s → %s, %s"
                                        .formatted(
                                                rows.hostName(command.getSourceHostId()),
                                                rows.hostName(command.getTargetHostId()),
                                                command.getReason()))
                                .orElse(""),
                        Map.of("state", StateRows.stage(migration))));
    }

    private void add(Requests.Request request) {
        put(
                Kind.REQUEST,
                request.id(),
                new Fact(
                        request.vmId().map(rows::vmName).orElseGet(() -> rows.hostName(request.hostId())),
                        "%s by %s: %s".formatted(request.what(), request.by(), request.reason()),
                        Map.of()));
    }
}
