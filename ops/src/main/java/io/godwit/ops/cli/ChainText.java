package io.godwit.ops.cli;

import io.godwit.ops.words.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A chain as a person reads it, as programs do, and as Graphviz draws it. */
final class ChainText {
    private static final String INDENT = " ".repeat(11);

    /** Characters in a line of a box. */
    private static final int BOX_WIDTH = 60;

    private ChainText() {}

    /** Lines to print: the answer, its reasons and what followed, each with where it stands. */
    static List<String> lines(Chain chain) {
        List<String> lines = new ArrayList<>();
        for (int index = 0; index < chain.nodes().size(); index++) {
            Chain.Node node = chain.nodes().get(index);
            lines.add(
                    index == 0
                            ? node.says()
                            : "  %-8s %-66s %s"
                                    .formatted(
                                            Words.word(
                                                    chain.edges().get(index - 1).link()),
                                            node.says(),
                                            node.where())
                                    .stripTrailing());
            node.details().forEach(detail -> lines.add(INDENT + detail));
        }
        return lines;
    }

    /** Nodes and edges, and the lines beside them. */
    static Map<String, Object> row(Chain chain) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("chain", lines(chain).stream().map(String::strip).toList());
        row.put("nodes", chain.nodes().stream().map(ChainText::row).toList());
        row.put(
                "edges",
                chain.edges().stream()
                        .map(edge -> Map.of("node", edge.from(), "link", Words.word(edge.link()), "of", edge.of()))
                        .toList());
        return row;
    }

    private static Map<String, Object> row(Chain.Node node) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", node.id());
        row.put("kind", Words.word(node.kind()));
        row.put("says", node.says());
        row.put("position", node.position().map(WhyChain::place).orElse(null));
        row.put("note", node.note());
        row.put("details", node.details());
        return row;
    }

    /** Text of Graphviz's dot: reasons point to what they explain, and that to what followed. */
    static List<String> dot(Chain chain) {
        List<String> lines = new ArrayList<>(List.of("digraph why {", "  rankdir=BT;", "  node [shape=box];"));
        for (Chain.Node node : chain.nodes()) {
            List<String> text = new ArrayList<>(wrapped(node.says()));
            node.details().forEach(detail -> text.addAll(wrapped(detail)));
            if (!node.where().isEmpty()) {
                text.add(node.where());
            }
            lines.add("  %s [label=\"%s\"%s];"
                    .formatted(
                            node.id(),
                            text.stream().map(line -> escaped(line) + "\\l").collect(Collectors.joining()),
                            node.kind() == Chain.Kind.ANSWER ? ", style=bold" : ""));
        }
        for (Chain.Edge edge : chain.edges()) {
            boolean reason = edge.link() == Chain.Link.BECAUSE;
            lines.add("  %s -> %s [label=\"%s\"];"
                    .formatted(
                            reason ? edge.from() : edge.of(),
                            reason ? edge.of() : edge.from(),
                            reason ? "led to" : "then"));
        }
        lines.add("}");
        return lines;
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** Between words; a longer word stands alone. */
    private static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > BOX_WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
