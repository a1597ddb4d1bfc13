package io.godwit.ops.cli;

import io.godwit.schemas.events.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An answer to "why": what is asked about comes first, then what led to it and what came of it, each with its place in the log.
 *
 * @param edges from each node but the first one, in their order, to the one that it explains or follows
 */
record Chain(List<Node> nodes, List<Edge> edges) {
    /** What a node stands for. */
    enum Kind {
        ANSWER,
        COMMAND,
        OUTCOME,
        PLAN,
        REFUSED_PLAN,
        HOST_PARTITION,
        DETECTION,
        RULE,
        REQUEST,
        OBSERVATION
    }

    /** How a node hangs together with another. */
    enum Link {
        /** It is a reason of the other. */
        BECAUSE,
        /** It followed from the other. */
        THEN
    }

    /**
     * One thing that was said.
     *
     * @param id unique in its chain
     * @param says in one sentence, with numbers
     * @param position its record; empty: it is told by others
     * @param note what else identifies it, as "rule overload v1"; may be empty
     * @param details what belongs to it, a sentence each
     */
    record Node(String id, Kind kind, String says, Optional<Position> position, String note, List<String> details) {
        /** Where it stands, in words. */
        String where() {
            String place = position.map(WhyChain::place).orElse("");
            return place.isEmpty() || note.isEmpty() ? place + note : place + ", " + note;
        }
    }

    /** The node with this id hangs together with an earlier one. */
    record Edge(String from, Link link, String of) {}

    Chain {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /** Puts a chain together, each node after those that it hangs on. */
    static final class Builder {
        private final List<Node> nodes = new ArrayList<>();
        private final List<Edge> edges = new ArrayList<>();

        Builder(String answer) {
            nodes.add(new Node("n0", Kind.ANSWER, answer, Optional.empty(), "", List.of()));
        }

        /** The node of what is asked about. */
        Node answer() {
            return nodes.getFirst();
        }

        Node because(Node of, Kind kind, String says, Optional<Position> position, String note, List<String> details) {
            return add(of, Link.BECAUSE, kind, says, position, note, details);
        }

        Node then(Node of, Kind kind, String says, Optional<Position> position, String note, List<String> details) {
            return add(of, Link.THEN, kind, says, position, note, details);
        }

        Node add(
                Node of,
                Link link,
                Kind kind,
                String says,
                Optional<Position> position,
                String note,
                List<String> details) {
            Node node = new Node("n" + nodes.size(), kind, says, position, note, List.copyOf(details));
            nodes.add(node);
            edges.add(new Edge(node.id(), link, of.id()));
            return node;
        }

        Chain build() {
            return new Chain(nodes, edges);
        }
    }
}
