/**
 * Acknowledged signals: what an application publishes, handles and learns. The one
 * package that users import.
 */
@NullMarked
package io.github.statesignals;

import org.jspecify.annotations.NullMarked;
