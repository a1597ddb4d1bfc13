/** What a rule would have detected in the recorded past, what would have followed from it, and what it took. */
package io.godwit.ops.backtest;
