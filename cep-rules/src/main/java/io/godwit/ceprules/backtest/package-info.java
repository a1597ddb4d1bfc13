/** What a rule would have detected in a recorded log. */
package io.godwit.ceprules.backtest;
