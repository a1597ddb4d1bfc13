package io.godwit.ittests.planted.schedulers.planner;

import io.godwit.ittests.planted.schedulers.Mind;
import org.chocosolver.solver.Model;
import org.slf4j.Logger;

/** Wrong: a pure package that logs, and knows its shell. Right: the solver. */
public record Plan(Mind mind, Logger log, Model model) {}
