package io.godwit.ittests.planted.ops;

import io.godwit.ittests.planted.ceprules.Detector;
import io.godwit.ittests.planted.executors.Hands;

/** Right: ops uses every module. */
public record Console(Detector detector, Hands hands) {}
