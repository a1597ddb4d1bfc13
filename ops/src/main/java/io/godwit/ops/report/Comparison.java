package io.godwit.ops.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

/** Two results side by side, key by key. */
public final class Comparison {
    /** Columns of a row, in order. */
    public static final List<String> COLUMNS = List.of("key", "a", "b", "difference", "percent");

    private static final int DIGITS = 6;

    private Comparison() {}

    /**
     * A row for each key of either result, in the order of the first, then what the second has besides. A difference is b less
     * a, a percentage that of a; both are null where one of the two is no number, and the percentage where a is 0.
     */
    public static List<Map<String, Object>> of(JsonNode a, JsonNode b) {
        Map<String, Object> first = flat(a);
        Map<String, Object> second = flat(b);
        SequencedSet<String> keys = new LinkedHashSet<>(first.keySet());
        keys.addAll(second.keySet());
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String key : keys) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("key", key);
            row.put("a", first.get(key));
            row.put("b", second.get(key));
            BigDecimal difference =
                    first.get(key) instanceof BigDecimal from && second.get(key) instanceof BigDecimal to
                            ? to.subtract(from)
                            : null;
            row.put("difference", difference == null ? null : plain(difference));
            row.put("percent", difference == null ? null : percent(difference, (BigDecimal) first.get(key)));
            rows.add(row);
        }
        return rows;
    }

    private static BigDecimal percent(BigDecimal difference, BigDecimal of) {
        return of.signum() == 0
                ? null
                : plain(difference.multiply(BigDecimal.valueOf(100)).divide(of, 1, RoundingMode.HALF_UP));
    }

    /** The values of a tree by their paths, "violations.meanSeconds"; numbers as decimals, null where there is nothing. */
    static SequencedMap<String, Object> flat(JsonNode tree) {
        SequencedMap<String, Object> flat = new LinkedHashMap<>();
        add(flat, "", tree);
        return flat;
    }

    private static void add(Map<String, Object> flat, String path, JsonNode node) {
        String prefix = path.isEmpty() ? "" : path + ".";
        switch (node.getNodeType()) {
            case OBJECT -> node.properties().forEach(each -> add(flat, prefix + each.getKey(), each.getValue()));
            case ARRAY -> {
                for (int index = 0; index < node.size(); index++) {
                    add(flat, prefix + index, node.get(index));
                }
            }
            case NUMBER -> flat.put(path, plain(node.decimalValue()));
            case NULL, MISSING -> flat.put(path, null);
            case BOOLEAN, STRING, BINARY, POJO -> flat.put(path, node.asText());
        }
    }

    private static BigDecimal plain(BigDecimal value) {
        BigDecimal rounded = value.scale() > DIGITS ? value.setScale(DIGITS, RoundingMode.HALF_UP) : value;
        return new BigDecimal(rounded.stripTrailingZeros().toPlainString());
    }
}
