package io.godwit.executors.migration;

/**
 * Why a VM cannot be moved to its target.
 *
 * @param reason fixed word of CommandRefused: "cpu-incompatible", "has-snapshots", "storage-unreachable" or "target-full"
 * @param detail with the numbers, and what to do about it
 */
public record Objection(String reason, String detail) {}
