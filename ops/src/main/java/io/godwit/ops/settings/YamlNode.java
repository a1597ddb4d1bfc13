package io.godwit.ops.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML document in which every value knows its place. */
public sealed interface YamlNode {
    /** Where it begins. */
    Spot at();

    default int line() {
        return at().line();
    }

    /** A place in a text; both count from 1. */
    record Spot(int line, int column) {
        static final Spot BEGINNING = new Spot(1, 1);

        private static Spot of(JsonLocation location) {
            return new Spot(location.getLineNr(), location.getColumnNr());
        }
    }

    /** @param text as written, without quotes; empty for a key without a value */
    record Scalar(Spot at, String text) implements YamlNode {}

    /** In the order of the document. */
    record Sequence(Spot at, List<YamlNode> items) implements YamlNode {}

    /** In the order of the document. */
    record Mapping(Spot at, Map<String, Entry> entries) implements YamlNode {}

    /** @param at place of the key */
    record Entry(Spot at, YamlNode value) {
        int line() {
            return at.line();
        }
    }

    /** A text that is YAML, and of which a part would be passed over in silence. */
    final class Ambiguous extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient Spot at;

        private Ambiguous(Spot at, String says) {
            super(says);
            this.at = at;
        }

        public Spot at() {
            return at;
        }
    }

    /**
     * Reads one document; an empty one is a mapping without entries.
     *
     * @throws com.fasterxml.jackson.core.JsonProcessingException with the place, where the text is no YAML
     * @throws Ambiguous where a key stands twice, or where a second document follows
     */
    static YamlNode read(String text) throws IOException {
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                return new Mapping(Spot.BEGINNING, Map.of());
            }
            YamlNode document = node(parser);
            if (parser.nextToken() != null) {
                Spot second = Spot.of(parser.currentTokenLocation());
                throw new Ambiguous(second, "line " + second.line() + ": a second document begins; keep one in a file");
            }
            return document;
        }
    }

    private static YamlNode node(JsonParser parser) throws IOException {
        Spot at = Spot.of(parser.currentTokenLocation());
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Entry> entries = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String key = parser.currentName();
                    Spot keyAt = Spot.of(parser.currentTokenLocation());
                    parser.nextToken();
                    Entry before = entries.put(key, new Entry(keyAt, node(parser)));
                    if (before != null) {
                        throw new Ambiguous(
                                keyAt,
                                "line " + keyAt.line() + ": \"" + key + "\" stands in line " + before.line()
                                        + " already; keep one of them");
                    }
                }
                yield new Mapping(at, entries);
            }
            case START_ARRAY -> {
                List<YamlNode> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(node(parser));
                }
                yield new Sequence(at, items);
            }
            case VALUE_NULL -> new Scalar(at, "");
            default -> new Scalar(at, parser.getText());
        };
    }
}
