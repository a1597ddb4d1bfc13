package io.godwit.ops.settings;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML document in which every value knows its line. Lines count from 1. */
sealed interface YamlNode {
    int line();

    /** @param text as written, without quotes; empty for a key without a value */
    record Scalar(int line, String text) implements YamlNode {}

    /** In the order of the document. */
    record Sequence(int line, List<YamlNode> items) implements YamlNode {}

    /** In the order of the document. */
    record Mapping(int line, Map<String, Entry> entries) implements YamlNode {}

    /** @param line line of the key */
    record Entry(int line, YamlNode value) {}

    /** Reads one document; an empty one is a mapping without entries. */
    static YamlNode read(String text) throws IOException {
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            return parser.nextToken() == null ? new Mapping(1, Map.of()) : node(parser);
        }
    }

    private static YamlNode node(JsonParser parser) throws IOException {
        int line = parser.currentTokenLocation().getLineNr();
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Entry> entries = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String key = parser.currentName();
                    int keyLine = parser.currentTokenLocation().getLineNr();
                    parser.nextToken();
                    Entry before = entries.put(key, new Entry(keyLine, node(parser)));
                    if (before != null) {
                        throw new IOException("line " + keyLine + ": \"" + key + "\" stands in line " + before.line()
                                + " already; keep one of them");
                    }
                }
                yield new Mapping(line, entries);
            }
            case START_ARRAY -> {
                List<YamlNode> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(node(parser));
                }
                yield new Sequence(line, items);
            }
            case VALUE_NULL -> new Scalar(line, "");
            default -> new Scalar(line, parser.getText());
        };
    }
}
