/**
 * What the operator touches: runs, drains, watches, simulates and replays everything else.
 */
package io.godwit.ops;
