package io.godwit.executors.migration;

import java.time.Duration;

/**
 * How long a migration may take and how long its end may be unclear.
 *
 * @param move from the call on; then it is called off
 * @param look from the first look after the call's end on; then the look is believed, where that is safe
 * @param progress least time between two reports of one command
 */
public record Patience(Duration move, Duration look, Duration progress) {}
