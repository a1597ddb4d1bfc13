package io.godwit.ops.settings;

import io.godwit.schemas.units.Bandwidth;
import io.godwit.schemas.units.ByteSize;
import io.godwit.schemas.units.Durations;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Binds YAML to records by their components, written in kebab-case. A component that the file does not name keeps the value
 * of the record's constant DEFAULTS; bounds are checked by the record itself. Goes on after a fault, so that all are found.
 */
final class RecordBinder {
    private final List<String> faults = new ArrayList<>();

    /** What was wrong so far, in the order of the file. */
    List<String> faults() {
        return faults;
    }

    /** @return null if it cannot be made; the faults say why */
    <R extends Record> R bind(Class<R> type, YamlNode node, String path) {
        return type.cast(record(type, node, path, defaults(type)));
    }

    /** The record's constant DEFAULTS; null where it has none. */
    static Object defaults(Class<?> type) {
        try {
            Field field = type.getDeclaredField("DEFAULTS");
            field.setAccessible(true);
            return field.get(null);
        } catch (NoSuchFieldException none) {
            return null;
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Value of a record's component. */
    static Object value(RecordComponent component, Object record) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Object record(Class<?> type, YamlNode node, String path, Object defaults) {
        if (node instanceof YamlNode.Scalar(YamlNode.Spot _, String text) && text.isEmpty()) {
            return defaults; // the key stands there with nothing below it
        }
        if (!(node instanceof YamlNode.Mapping(YamlNode.Spot at, Map<String, YamlNode.Entry> entries))) {
            fault(node.line(), "%s is one value; give keys below it".formatted(path));
            return null;
        }
        RecordComponent[] components = type.getRecordComponents();
        List<String> known = Arrays.stream(components)
                .map(component -> Keys.kebab(component.getName()))
                .toList();
        entries.forEach((key, entry) -> {
            if (!known.contains(key)) {
                fault(entry.line(), unknown(path, key, known));
            }
        });
        Object[] values = new Object[components.length];
        int faultsBefore = faults.size();
        for (int index = 0; index < components.length; index++) {
            RecordComponent component = components[index];
            String key = known.get(index);
            Object byDefault = defaults == null ? null : value(component, defaults);
            YamlNode.Entry entry = entries.get(key);
            if (entry != null) {
                values[index] = value(component.getGenericType(), entry.value(), join(path, key), byDefault);
            } else if (byDefault != null) {
                values[index] = byDefault;
            } else {
                fault(at.line(), "%s is missing; give it".formatted(join(path, key)));
            }
        }
        return faults.size() > faultsBefore ? null : make(type, components, values, at.line(), entries);
    }

    private Object make(
            Class<?> type,
            RecordComponent[] components,
            Object[] values,
            int line,
            Map<String, YamlNode.Entry> entries) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            String says = String.valueOf(refused.getCause().getMessage());
            fault(lineOf(says, line, entries), says);
            return null;
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("cannot make a " + type.getName(), impossible);
        }
    }

    /** The record names the key that it refuses; without a name the fault is of the whole part. */
    private static int lineOf(String says, int line, Map<String, YamlNode.Entry> entries) {
        return entries.entrySet().stream()
                .filter(entry -> says.startsWith(entry.getKey() + " ") || says.contains("." + entry.getKey() + " "))
                .map(entry -> entry.getValue().line())
                .findFirst()
                .orElse(line);
    }

    private Object value(Type type, YamlNode node, String path, Object byDefault) {
        if (type instanceof Class<?> plain && plain.isRecord() && plain != ByteSize.class && plain != Bandwidth.class) {
            return record(plain, node, path, byDefault == null ? defaults(plain) : byDefault);
        }
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == Optional.class) {
                return Optional.ofNullable(value(arguments[0], node, path, null));
            }
            if (generic.getRawType() == List.class) {
                return list(arguments[0], node, path);
            }
            return map(arguments[1], node, path);
        }
        if (!(node instanceof YamlNode.Scalar scalar)) {
            fault(node.line(), "%s has keys or items below it; give one value".formatted(path));
            return null;
        }
        try {
            return scalar((Class<?>) type, scalar.text());
        } catch (IllegalArgumentException wrong) {
            fault(
                    node.line(),
                    "%s: %s%s"
                            .formatted(
                                    path,
                                    wrong.getMessage(),
                                    byDefault == null ? "" : ", or drop the key for " + Settings.text(byDefault)));
            return null;
        }
    }

    private List<Object> list(Type item, YamlNode node, String path) {
        List<YamlNode> items = switch (node) {
            case YamlNode.Sequence sequence -> sequence.items();
            case YamlNode.Scalar(YamlNode.Spot _, String text) when text.isEmpty() -> List.of();
            default -> List.of(node); // one value stands for a list of one
        };
        List<Object> values = new ArrayList<>();
        for (int index = 0; index < items.size(); index++) {
            Object value = value(item, items.get(index), path + "[" + index + "]", null);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    private Map<String, Object> map(Type item, YamlNode node, String path) {
        Map<String, Object> values = new LinkedHashMap<>();
        switch (node) {
            case YamlNode.Mapping(YamlNode.Spot _, Map<String, YamlNode.Entry> entries) ->
                entries.forEach((key, entry) -> {
                    Object value = value(item, entry.value(), join(path, key), null);
                    if (value != null) {
                        values.put(key, value);
                    }
                });
            case YamlNode.Scalar(YamlNode.Spot _, String text) when text.isEmpty() -> {}
            default -> fault(node.line(), "%s is one value; give keys below it".formatted(path));
        }
        return values;
    }

    private static Object scalar(Class<?> type, String text) {
        if (type == String.class) {
            return text;
        } else if (type == Duration.class) {
            return Durations.parse(text);
        } else if (type == ByteSize.class) {
            return ByteSize.parse(text);
        } else if (type == Bandwidth.class) {
            return Bandwidth.parse(text);
        } else if (type == Path.class) {
            return Path.of(text);
        } else if (type == boolean.class || type == Boolean.class) {
            return truth(text);
        } else if (type.isEnum()) {
            return constant(type, text);
        }
        return number(type, text);
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException("\"" + text + "\" is neither true nor false; give one of them");
        };
    }

    private static Object constant(Class<?> type, String text) {
        List<String> known = Arrays.stream(type.getEnumConstants())
                .map(constant ->
                        ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        int index = known.indexOf(text);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not known; give one of " + String.join(", ", known));
        }
        return type.getEnumConstants()[index];
    }

    private static Object number(Class<?> type, String text) {
        try {
            if (type == int.class || type == Integer.class) {
                return Integer.valueOf(text);
            } else if (type == double.class || type == Double.class) {
                return Double.valueOf(text);
            }
            return Long.valueOf(text);
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no number; give a whole number without a unit", wrong);
        }
    }

    private static String unknown(String path, String key, List<String> known) {
        return "%s is no key; %s"
                .formatted(
                        join(path, key),
                        Keys.nearest(key, known)
                                .map(near -> "did you mean " + near + "?")
                                .orElseGet(() -> "known here are " + String.join(", ", known)));
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private void fault(int line, String says) {
        faults.add("line " + line + ": " + says);
    }
}
