/** What an operator touches: runs, drains, watches and replays the services of a region. */
package io.godwit.ops;
