package io.godwit.ops.cli;

import io.godwit.ops.words.Words;
import io.godwit.schemas.events.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that was weighed when it is asked why something did not happen.
 *
 * @param what which part of the product, or of the region
 * @param says in one sentence, with the numbers
 * @param position its record; empty: it follows from a state
 */
record Weighed(Bearing bearing, String what, String says, Optional<Position> position) {
    /** What it had to do with it, the weightiest first. */
    enum Bearing {
        /** It stood in the way. */
        HELD_BACK,
        /** It is under way already. */
        UNDER_WAY,
        /** It would have begun, had a number been another. */
        MISSED,
        /** It narrows what may be done. */
        BOUNDS,
        /** It was in nobody's way. */
        CLEAR
    }

    static Weighed of(Bearing bearing, String what, String says) {
        return new Weighed(bearing, what, says, Optional.empty());
    }

    static Weighed at(Bearing bearing, String what, String says, Position position) {
        return new Weighed(bearing, what, says, Optional.of(position));
    }

    Map<String, Object> row() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("bearing", Words.word(bearing).replace('-', ' '));
        row.put("what", what);
        row.put("says", says);
        row.put("position", position.map(WhyChain::place).orElse(null));
        return row;
    }
}
