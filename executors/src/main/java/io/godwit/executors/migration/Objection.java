package io.godwit.executors.migration;

/**
 * Why the target cannot take a VM.
 *
 * @param reason fixed word of CommandRefused: "cpu-incompatible", "storage-unreachable" or "target-full"
 * @param detail with the numbers, and what to do about it
 */
public record Objection(String reason, String detail) {}
