package io.github.statesignals.test.shop;

public record PriceChanged(String product, int price) {

}
