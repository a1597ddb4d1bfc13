/** A region on a virtual clock: the rules, schedulers, planner and executors of the product, on an in-memory log. */
package io.godwit.ops.simulate;
