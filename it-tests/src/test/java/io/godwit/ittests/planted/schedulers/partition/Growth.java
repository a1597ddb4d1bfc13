package io.godwit.ittests.planted.schedulers.partition;

import org.chocosolver.solver.Model;

/** Wrong: only the planner may use the solver among the pure packages. */
public record Growth(Model model) {}
