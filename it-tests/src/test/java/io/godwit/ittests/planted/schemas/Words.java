package io.godwit.ittests.planted.schemas;

import io.godwit.ittests.planted.monitors.Watch;

/** Wrong: schemas uses no other module. */
public record Words(Watch watch) {}
