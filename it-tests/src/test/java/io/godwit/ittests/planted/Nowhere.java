package io.godwit.ittests.planted;

/** In no module. */
final class Nowhere {}
