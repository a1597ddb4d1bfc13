package io.godwit.ops.settings;

import io.godwit.schemas.units.Bandwidth;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads a settings file into records, and writes records as settings are written. */
public final class Settings {
    private Settings() {}

    /** @throws SettingsFault with every fault of the file */
    public static <R extends Record> R read(Path file, Class<R> type) throws IOException, SettingsFault {
        return parse(file, Files.readString(file, StandardCharsets.UTF_8), type);
    }

    static <R extends Record> R parse(Path file, String text, Class<R> type) throws SettingsFault {
        YamlNode document;
        try {
            document = YamlNode.read(text);
        } catch (IOException broken) {
            throw new SettingsFault(file, List.of("is no YAML: " + firstLines(broken.getMessage())));
        }
        RecordBinder binder = new RecordBinder();
        R settings = binder.bind(type, document, "");
        if (!binder.faults().isEmpty()) {
            throw new SettingsFault(file, binder.faults());
        }
        return settings;
    }

    /** All settings in force, as "key=value" in the order of the records, secrets masked. */
    public static List<String> lines(Record settings) {
        List<String> lines = new ArrayList<>();
        add(lines, "", settings);
        return lines;
    }

    /** Those of the settings in force that differ from the defaults, written alike. */
    public static <R extends Record> List<String> changed(R settings, R defaults) {
        List<String> changed = lines(settings);
        changed.removeAll(lines(defaults));
        return changed;
    }

    private static void add(List<String> lines, String path, Object value) {
        if (value instanceof Record record && !(value instanceof ByteSize) && !(value instanceof Bandwidth)) {
            for (RecordComponent component : record.getClass().getRecordComponents()) {
                String key = Keys.kebab(component.getName());
                add(lines, path.isEmpty() ? key : path + "." + key, RecordBinder.value(component, record));
            }
        } else if (value instanceof Map<?, ?> map) {
            new TreeMap<>(map).forEach((key, item) -> add(lines, path + "." + key, item));
        } else {
            lines.add(path + "=" + (isSecret(path) ? "****" : text(value)));
        }
    }

    /** Whether a key's value must not be shown. */
    static boolean isSecret(String key) {
        String small = key.toLowerCase(Locale.ROOT);
        return small.contains("password")
                || small.contains("secret")
                || small.contains("jaas")
                || small.contains("token");
    }

    /** A value as it is written in a settings file. */
    public static String text(Object value) {
        return switch (value) {
            case Duration duration -> duration(duration);
            case ByteSize size -> size(size.bytes());
            case Bandwidth bandwidth -> size(bandwidth.bytesPerSecond()) + "/s";
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case java.util.Optional<?> optional -> optional.map(Settings::text).orElse("");
            default -> String.valueOf(value);
        };
    }

    /** In the largest unit that leaves a whole number: what is shown can be written back. */
    private static String size(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        long number = bytes;
        while (number != 0 && number % 1024 == 0 && unit < units.length - 1) {
            number /= 1024;
            unit++;
        }
        return number + units[unit];
    }

    private static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds != 0 && seconds % 86400 == 0) {
            return seconds / 86400 + "d";
        } else if (seconds != 0 && seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        } else if (seconds != 0 && seconds % 60 == 0) {
            return seconds / 60 + "m";
        }
        return seconds + "s";
    }

    private static String firstLines(String message) {
        return message.lines()
                .limit(4)
                .reduce((one, other) -> one + " " + other.strip())
                .orElse("");
    }
}
