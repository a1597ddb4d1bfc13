package io.godwit.ops.rules;

import io.godwit.ops.settings.YamlNode;
import io.godwit.ops.settings.YamlNode.Entry;
import io.godwit.ops.settings.YamlNode.Spot;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.units.ByteSize;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads observations by the types and properties that rules know (docs/rules.md, "Observations"). */
final class ObservationReader {
    private static final String HOST_ID = "hostId";
    private static final String MONITOR = "monitor";
    private static final String VMS = "vms";
    private static final String PERIOD = "samplePeriodMillis";
    private static final String CPU_CAPACITY = "cpuCapacityMillicores";
    private static final String CPU_DEMAND = "cpuDemandMillicores";
    private static final String CPU_USED = "cpuUsedMillicores";
    private static final String CPU_PERMILLE = "cpuPermille";
    private static final String MEMORY_CAPACITY = "memoryCapacityBytes";
    private static final String MEMORY_USED = "memoryUsedBytes";
    private static final String MEMORY_PERMILLE = "memoryPermille";
    private static final String CPU_MODEL = "cpuModel";
    private static final String MIGRATION = "migrationBytesPerSecond";

    /** Properties of each type; what holds for all (atMillis, observation) comes of the scenario. */
    static final Map<String, List<String>> PROPERTIES = properties();

    static final List<String> TYPES = List.copyOf(PROPERTIES.keySet());

    private static final List<String> DEFAULTS = PROPERTIES.get("HostSample").stream()
            .filter(property -> !property.equals(HOST_ID))
            .toList();

    private static final int PERIOD_MILLIS = 10_000;
    private static final long CPU_CAPACITY_MILLICORES = 8000;
    private static final long MEMORY_CAPACITY_BYTES = 64L << 30;

    private static final long MILLICORES_MAX = 1_000_000_000;
    private static final long BYTES_MAX = 1L << 50;
    private static final int VMS_MAX = 1000;
    private static final long CPU_PERMILLE_MAX = 100_000;
    private static final long MEMORY_PERMILLE_MAX = 1000;

    private final Fields fields;

    ObservationReader(Fields fields) {
        this.fields = fields;
    }

    private static Map<String, List<String>> properties() {
        Map<String, List<String>> properties = new LinkedHashMap<>();
        properties.put(
                "HostSample",
                List.of(
                        HOST_ID,
                        MONITOR,
                        PERIOD,
                        CPU_CAPACITY,
                        CPU_DEMAND,
                        CPU_USED,
                        CPU_PERMILLE,
                        MEMORY_CAPACITY,
                        MEMORY_USED,
                        MEMORY_PERMILLE,
                        VMS,
                        CPU_MODEL,
                        MIGRATION));
        properties.put("VmNews", List.of(HOST_ID, "vmId", "change", "detail"));
        properties.put("Probe", List.of(HOST_ID, "prober", "answered"));
        properties.put("HostLoss", List.of(HOST_ID, MONITOR, "reason"));
        return properties;
    }

    /** What each HostSample of a scenario says that does not say otherwise. */
    Map<String, Entry> defaults(Entry sample) {
        return sample == null
                ? Map.of()
                : fields.mapping(sample.value(), "what all samples say", DEFAULTS)
                        .orElse(Map.of());
    }

    /** @param sample what a HostSample says where it does not say otherwise */
    Optional<Observation> read(String type, YamlNode node, Map<String, Entry> sample) {
        return fields.mapping(node, "a " + type, PROPERTIES.get(type))
                .flatMap(keys -> fields.required(keys, HOST_ID, node.at(), "a host, as in hostId: h1", Fields::text)
                        .flatMap(hostId -> switch (type) {
                            case "HostSample" -> sample(hostId, keys, sample);
                            case "VmNews" -> news(hostId, keys, node.at());
                            case "Probe" -> probe(hostId, keys, node.at());
                            case "HostLoss" -> loss(hostId, keys);
                            default -> throw new IllegalArgumentException(type + " is no type of an observation");
                        }));
    }

    private Optional<Observation> sample(String hostId, Map<String, Entry> own, Map<String, Entry> ofAll) {
        Map<String, Entry> keys = new LinkedHashMap<>(own);
        boolean cpu = own.containsKey(CPU_DEMAND) || own.containsKey(CPU_PERMILLE);
        boolean memory = own.containsKey(MEMORY_USED) || own.containsKey(MEMORY_PERMILLE);
        ofAll.forEach((key, entry) -> {
            boolean overruled = (cpu && (key.equals(CPU_DEMAND) || key.equals(CPU_PERMILLE)))
                    || (memory && (key.equals(MEMORY_USED) || key.equals(MEMORY_PERMILLE)));
            if (!overruled) {
                keys.putIfAbsent(key, entry);
            }
        });
        long cpuCapacity = fields.optional(keys, CPU_CAPACITY, text -> Fields.whole(text, 1, MILLICORES_MAX))
                .orElse(CPU_CAPACITY_MILLICORES);
        long memoryCapacity =
                fields.optional(keys, MEMORY_CAPACITY, text -> bytes(text, 1)).orElse(MEMORY_CAPACITY_BYTES);
        long demand = amount(
                keys,
                CPU_PERMILLE,
                CPU_DEMAND,
                cpuCapacity,
                CPU_PERMILLE_MAX,
                fields.optional(keys, CPU_DEMAND, text -> Fields.whole(text, 0, MILLICORES_MAX)));
        long used = fields.optional(keys, CPU_USED, text -> Fields.whole(text, 0, MILLICORES_MAX))
                .orElse(Math.min(demand, cpuCapacity));
        long memoryUsed = amount(
                keys,
                MEMORY_PERMILLE,
                MEMORY_USED,
                memoryCapacity,
                MEMORY_PERMILLE_MAX,
                fields.optional(keys, MEMORY_USED, text -> bytes(text, 0)));
        return Optional.of(new Observation.HostSample(
                hostId,
                fields.optional(keys, MONITOR, Fields::text).orElse(Scenario.MONITOR),
                fields.optional(keys, PERIOD, text -> (int) Fields.whole(text, 1, 3_600_000))
                        .orElse(PERIOD_MILLIS),
                cpuCapacity,
                demand,
                used,
                memoryCapacity,
                memoryUsed,
                fields.optional(keys, VMS, text -> (int) Fields.whole(text, 0, VMS_MAX))
                        .orElse(0),
                fields.optional(keys, CPU_MODEL, text -> text).orElse(""),
                fields.optional(keys, MIGRATION, text -> bytes(text, 0)).orElse(0L)));
    }

    /** An amount that is given as such or as a share of the capacity; the rule must see the very share that was given. */
    private long amount(
            Map<String, Entry> keys,
            String permilleKey,
            String amountKey,
            long capacity,
            long permilleMax,
            Optional<Long> given) {
        Optional<Long> share = fields.optional(keys, permilleKey, text -> Fields.whole(text, 0, permilleMax));
        if (share.isEmpty()) {
            return given.orElse(0L);
        }
        Spot at = keys.get(permilleKey).at();
        if (keys.containsKey(amountKey)) {
            fields.fault(at, "%s and %s say the same twice; keep one of them".formatted(permilleKey, amountKey));
        }
        long amount = share.get() * capacity / 1000;
        if (Math.ceilDiv(amount * 1000, capacity) != share.get()) {
            fields.fault(
                    at,
                    "%s %d is no whole amount of a capacity of %d; give %s, or a larger capacity"
                            .formatted(permilleKey, share.get(), capacity, amountKey));
        }
        return amount;
    }

    private Optional<Observation> news(String hostId, Map<String, Entry> keys, Spot at) {
        Optional<String> vmId = fields.required(keys, "vmId", at, "a VM, as in vmId: v1", Fields::text);
        Optional<VmChange> change =
                fields.required(keys, "change", at, "what happened, as in CRASHED", ObservationReader::change);
        String detail = fields.optional(keys, "detail", text -> text).orElse("");
        return vmId.flatMap(vm -> change.map(what -> new Observation.VmNews(hostId, vm, what, detail)));
    }

    private Optional<Observation> probe(String hostId, Map<String, Entry> keys, Spot at) {
        String prober = fields.optional(keys, "prober", Fields::text).orElse("overlay-1");
        return fields.required(keys, "answered", at, "true or false", Fields::truth)
                .map(answered -> new Observation.Probe(hostId, prober, answered));
    }

    private Optional<Observation> loss(String hostId, Map<String, Entry> keys) {
        return Optional.of(new Observation.HostLoss(
                hostId,
                fields.optional(keys, MONITOR, Fields::text).orElse(Scenario.MONITOR),
                fields.optional(keys, "reason", text -> text).orElse("connection lost")));
    }

    private static VmChange change(String text) {
        List<VmChange> known = Arrays.stream(VmChange.values())
                .filter(change -> change != VmChange.UNKNOWN)
                .toList();
        return known.stream()
                .filter(change -> change.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is no change of a VM; give one of "
                        + known.stream().map(VmChange::name).collect(Collectors.joining(", "))));
    }

    /** Bytes as a bare number, or with a unit. */
    private static long bytes(String text, long least) {
        if (text.matches("-?\\d+")) {
            return Fields.whole(text, least, BYTES_MAX);
        }
        return Fields.whole(Long.toString(ByteSize.parse(text).bytes()), least, BYTES_MAX);
    }
}
