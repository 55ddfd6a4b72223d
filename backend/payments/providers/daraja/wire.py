"""Daraja's payloads, in its own words."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """Base of wire models: unknown fields are kept out, never fatal."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class MetadataItem(Wire):
    """A name and a value; the value may be missing."""

    name: str = Field(alias="Name")
    value: Any = Field(default=None, alias="Value")


class CallbackMetadata(Wire):
    """The items of a paid prompt."""

    items: list[MetadataItem] = Field(default_factory=list, alias="Item")


class StkCallback(Wire):
    """What became of a prompt."""

    merchant_request_id: str = Field(default="", alias="MerchantRequestID")
    checkout_request_id: str = Field(alias="CheckoutRequestID")
    result_code: str = Field(alias="ResultCode")
    result_desc: str = Field(default="", alias="ResultDesc")
    metadata: CallbackMetadata = Field(default_factory=CallbackMetadata, alias="CallbackMetadata")

    def value(self, name: str) -> Any:
        """Return the metadata item of this name, or None."""
        return next((item.value for item in self.metadata.items if item.name == name), None)


class StkCallbackBody(Wire):
    """The envelope's inside."""

    callback: StkCallback = Field(alias="stkCallback")


class StkCallbackEnvelope(Wire):
    """The whole body of an STK callback."""

    body: StkCallbackBody = Field(alias="Body")


class C2BConfirmation(Wire):
    """A payment made by hand to the paybill or till."""

    trans_id: str = Field(alias="TransID")
    trans_time: str = Field(default="", alias="TransTime")
    amount: str = Field(alias="TransAmount")
    shortcode: str = Field(default="", alias="BusinessShortCode")
    reference: str = Field(default="", alias="BillRefNumber")
    msisdn: str = Field(default="", alias="MSISDN")
    first_name: str = Field(default="", alias="FirstName")


class PulledRow(Wire):
    """A transaction of the pull feed."""

    transaction_id: str = Field(alias="transactionId")
    at: str = Field(default="", alias="trxDate")
    msisdn: str = ""
    kind: str = Field(default="", alias="transactiontype")
    reference: str = Field(default="", alias="billreference")
    amount: str


class PulledRows(Wire):
    """The answer to a query of the pull feed; the rows stand in a list of lists."""

    code: str = Field(default="", alias="ResponseCode")
    message: str = Field(default="", alias="ResponseMessage")
    rows: list[list[dict[str, Any]]] = Field(default_factory=list, alias="Response")


class ResultParameter(Wire):
    """A key and a value of an asynchronous result."""

    key: str = Field(alias="Key")
    value: Any = Field(default=None, alias="Value")


class ResultParameters(Wire):
    """The parameters of an asynchronous result."""

    items: list[ResultParameter] = Field(default_factory=list, alias="ResultParameter")


class AsyncResult(Wire):
    """The result of an asynchronous call."""

    result_code: str = Field(alias="ResultCode")
    result_desc: str = Field(default="", alias="ResultDesc")
    conversation_id: str = Field(default="", alias="ConversationID")
    transaction_id: str = Field(default="", alias="TransactionID")
    parameters: ResultParameters = Field(default_factory=ResultParameters, alias="ResultParameters")

    def value(self, key: str) -> Any:
        """Return the parameter of this key, or None."""
        return next((item.value for item in self.parameters.items if item.key == key), None)


class AsyncResultEnvelope(Wire):
    """The whole body of an asynchronous result."""

    result: AsyncResult = Field(alias="Result")
