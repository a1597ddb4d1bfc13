package io.godwit.schedulers.constraints.script;

/**
 * What is wrong with a script, and where.
 *
 * @param line from 1
 * @param column from 1, in characters
 */
public record Fault(int line, int column, String message) {}
