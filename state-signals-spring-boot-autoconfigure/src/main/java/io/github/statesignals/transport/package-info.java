/**
 * The SPI: the contract of a transport that sends and receives signals and responses.
 */
@NullMarked
package io.github.statesignals.transport;

import org.jspecify.annotations.NullMarked;
