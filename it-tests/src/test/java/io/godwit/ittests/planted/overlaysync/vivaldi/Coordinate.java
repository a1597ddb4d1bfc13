package io.godwit.ittests.planted.overlaysync.vivaldi;

import java.util.Random;
import java.util.SplittableRandom;

/** Wrong: chance that nobody can repeat. */
public record Coordinate(Random random) {
    static SplittableRandom seedless() {
        return new SplittableRandom();
    }
}
