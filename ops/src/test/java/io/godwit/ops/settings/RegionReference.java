package io.godwit.ops.settings;

import io.godwit.ops.region.RegionConfig;
import io.godwit.schemas.units.Bandwidth;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes docs/region-yaml.md from the settings records: keys and defaults from the classes, meanings from their sources. */
final class RegionReference {
    private static final String HEAD = """
        # region.yaml

        One file describes a region; every verb takes it with `--config`. A key that the file does not name keeps its default.
        Durations are written 500ms, 10s, 5m, 2h, 7d; sizes 512MiB, 2GiB; bandwidths 125MiB/s. All faults of a file are told at
        once, each with its line and the remedy. This page is generated from the settings records.
        """;

    private final Path checkout;
    private final List<String> lines = new ArrayList<>();

    private RegionReference(Path checkout) {
        this.checkout = checkout;
    }

    /** Writes the page into the checkout that is named. */
    public static void main(String[] arguments) throws IOException {
        Path checkout = Path.of(arguments[0]);
        Files.writeString(checkout.resolve("docs/region-yaml.md"), page(checkout), StandardCharsets.UTF_8);
    }

    static String page(Path checkout) throws IOException {
        RegionReference reference = new RegionReference(checkout);
        reference.add("", RegionConfig.class, RegionConfig.DEFAULTS);
        return HEAD + String.join("\n", reference.lines) + "\n";
    }

    private void add(String path, Class<?> type, Object defaults) throws IOException {
        Map<Boolean, List<RecordComponent>> components = Stream.of(type.getRecordComponents())
                .collect(Collectors.partitioningBy(component -> isPart(component.getType())));
        lines.add("");
        lines.add(path.isEmpty() ? "## The region" : "## " + path);
        lines.add("");
        lines.add("| key | default | meaning |");
        lines.add("|---|---|---|");
        String source = source(type);
        for (RecordComponent component : components.get(false)) {
            lines.add("| `%s` | %s | %s |"
                    .formatted(
                            Keys.kebab(component.getName()),
                            code(written(RecordBinder.value(component, defaults))),
                            meaning(source, component.getName())));
        }
        for (RecordComponent component : components.get(false)) {
            Optional<Class<?>> named = named(component);
            if (named.isPresent()) {
                String key = Keys.kebab(component.getName()) + ".NAME";
                add(path.isEmpty() ? key : path + "." + key, named.get(), defaultsOf(named.get()));
            }
        }
        for (RecordComponent component : components.get(true)) {
            String key = Keys.kebab(component.getName());
            add(path.isEmpty() ? key : path + "." + key, component.getType(), RecordBinder.value(component, defaults));
        }
    }

    /** The part that stands below each name of a map; empty: none does. */
    private static Optional<Class<?>> named(RecordComponent component) {
        return component.getGenericType() instanceof ParameterizedType map
                        && map.getRawType() == Map.class
                        && map.getActualTypeArguments()[1] instanceof Class<?> part
                        && isPart(part)
                ? Optional.of(part)
                : Optional.empty();
    }

    private static Object defaultsOf(Class<?> type) {
        try {
            return type.getField("DEFAULTS").get(null);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(type + " has no DEFAULTS", impossible);
        }
    }

    private static boolean isPart(Class<?> type) {
        return type.isRecord() && type != ByteSize.class && type != Bandwidth.class;
    }

    /** Of a map its keys. */
    private static String written(Object value) {
        return value instanceof Map<?, ?> map
                ? map.keySet().stream().map(String::valueOf).sorted().collect(Collectors.joining(", "))
                : Settings.text(value);
    }

    private static String code(String value) {
        String home = System.getProperty("user.home");
        return value.isEmpty() ? "–" : "`" + value.replace(home, "~") + "`";
    }

    private String source(Class<?> type) throws IOException {
        String file = type.getName().replace('.', '/') + ".java";
        try (Stream<Path> modules = Files.list(checkout)) {
            Optional<Path> found = modules.map(
                            module -> module.resolve("src/main/java").resolve(file))
                    .filter(Files::exists)
                    .findFirst();
            return found.isPresent() ? Files.readString(found.get(), StandardCharsets.UTF_8) : "";
        }
    }

    private static String meaning(String source, String component) {
        Matcher documented = Pattern.compile(
                        "@param " + component + "\\s+(.*?)(?=\\n \\* @|\\n \\*/|\\*/)", Pattern.DOTALL)
                .matcher(source);
        return documented.find()
                ? documented
                        .group(1)
                        .replaceAll("\\s*\\n\\s*\\*\\s*", " ")
                        .replace("|", "\\|")
                        .strip()
                : "";
    }
}
