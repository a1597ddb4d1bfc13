/**
 * Esper: compiles rules, refuses what may not run, and runs them over the views of one segment. The only package that imports
 * {@code com.espertech}.
 */
package io.godwit.ceprules.engine;
