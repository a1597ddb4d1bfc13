package io.godwit.executors.migration;

/**
 * How a migration goes on.
 *
 * @param percent share of memory sent in this pass; 0 to 100
 */
public record MoveProgress(int percent, long transferredBytes) {}
