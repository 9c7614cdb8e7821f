package io.github.statesignals.test.shop;

public record OrderCancelled(String order) {

}
